"""How images and manifests reach a cluster, and who may send them."""
