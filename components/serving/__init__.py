"""Models, and everything between the load balancer and them."""
