"""Indicators (四数四率 and the others): figures, the cases behind them, the workbook."""
