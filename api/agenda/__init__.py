"""日程: sessions, visits and other appointments of whoever answers tasks."""
