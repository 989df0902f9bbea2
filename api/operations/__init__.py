"""Operations: health, drill, the codec endpoint, what is told at a start."""
