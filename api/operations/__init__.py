"""Operations: health, drill, the codec endpoint, the notices at a start."""
