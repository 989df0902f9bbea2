"""工作台: what people work at beside their list, by role."""
