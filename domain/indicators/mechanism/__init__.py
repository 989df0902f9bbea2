"""The figures that the reports of Wuwei, the fused police and Huangshi tell of their mechanisms."""
