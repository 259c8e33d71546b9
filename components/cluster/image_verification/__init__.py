"""ImageVerification: signatures of images, verified when a Pod is created."""
