"""A model server for KServe: one ONNX or scikit-learn model by the open inference protocol, over REST and gRPC."""
