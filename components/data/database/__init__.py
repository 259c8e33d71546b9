"""Database: PostgreSQL on RDS; MySqlDatabase: MySQL there."""
