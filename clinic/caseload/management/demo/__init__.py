"""The demo clinic: who works there, who is looked after, and the year behind them, told through the services."""
