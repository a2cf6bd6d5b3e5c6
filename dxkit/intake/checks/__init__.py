"""What is doubtful in what was received: findings about values, totals, completeness, time."""
