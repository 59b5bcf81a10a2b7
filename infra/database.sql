-- Run by PostgreSQL's image once, on an empty volume: the catalog's database beside Airflow's.
CREATE DATABASE catalog;
