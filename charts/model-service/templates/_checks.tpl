{{/*
What is refused beyond values.schema.json, one sentence a line: field, value and remedy. The component ModelService
refuses the same in the same words.
*/}}
{{- define "model-service.problems" -}}
{{- with .Values }}
{{- $formats := include "model-service.knownFormats" $ }}
{{- $format := include "model-service.modelFormat" $ }}
{{- $platform := list "argocd" "aws-load-balancer-controller" "cert-manager" "cluster-autoscaler" "external-secrets"
  "feast" "feature-ingest" "gpu-system" "grafana" "istio-ingress" "istio-system" "karpenter" "keda"
  "knative-operator" "knative-serving" "kserve" "kserve-localmodel-jobs" "kubeflow" "kubeflow-system" "kueue-system"
  "kyverno" "logging" "mlflow" "model-quality" "node-exporter" "oauth2-proxy" "ray-system" "store-access" "trace-store"
  "tracing" "trainer-system" "velero" }}
{{- if or (has .namespace $platform) (eq .namespace "default") (hasPrefix "kube-" .namespace) }}
namespace = {{ .namespace }} is not for models; choose one of the serving platform's modelNamespaces
{{- end }}
{{- if hasSuffix "-canary" .name }}
name = {{ .name }} would be taken for the canary of another model; choose one that does not end with -canary
{{- end }}
{{- if and .host (ne .domain (regexReplaceAll "^[^.]*[.]" .host "")) }}
host = {{ .host }} is not one label below domain = {{ .domain }}, for which the gateway and its certificate are; write {{ .name }}.{{ .domain }} or remove it
{{- end }}
{{- if not (hasSuffix "/" .modelUri) }}
modelUri = {{ .modelUri }} must end with /: it is a folder, and the model may read nothing else
{{- end }}
{{- if and .canary (not (hasSuffix "/" .canary.modelUri)) }}
canary.modelUri = {{ .canary.modelUri }} must end with /: it is a folder, and the canary may read nothing else
{{- end }}
{{- if not $format }}
modelFormat is missing; runtime {{ .runtime }} has no default: set one of {{ $formats }}
{{- else if not (has $format (splitList ", " $formats)) }}
modelFormat = {{ $format }} is not a format of runtime {{ .runtime }}; allowed: {{ $formats }}
{{- end }}
{{- if and .gpus .gpuShare }}
gpus = {{ .gpus }} and gpuShare are both set; keep one: gpus for whole GPUs, gpuShare for a part of one
{{- end }}
{{- $cpu := int (regexFind "^[0-9]+" .cpu) }}
{{- if lt (ternary $cpu (mul $cpu 1000 | int) (hasSuffix "m" .cpu)) 100 }}
cpu = {{ .cpu }} is too little: a model server with less than 100m takes minutes to start; raise it
{{- end }}
{{- $memory := int (regexFind "^[0-9]+" .memory) }}
{{- if lt (ternary $memory (mul $memory 1024 | int) (hasSuffix "Mi" .memory)) 256 }}
memory = {{ .memory }} is too little: a model server needs 256Mi or more; raise it
{{- end }}
{{- if .scaleToZero }}
  {{- if not .protocol }}
protocol is missing; a model with scaleToZero answers only one: set REST or gRPC
  {{- end }}
  {{- if .minimum }}
minimum = {{ .minimum }} contradicts scaleToZero; set minimum to 0, or remove scaleToZero
  {{- end }}
  {{- if and .predictionLogs (eq (.protocol | default "REST") "gRPC") }}
predictionLogs has no effect on gRPC, whose tensors are not logged; set protocol to REST or remove it
  {{- end }}
  {{- if .schedules }}
schedules contradict scaleToZero, which has a minimum of 0 at all hours; remove one of them
  {{- end }}
  {{- if .host }}
host = {{ .host }} is not for models with scaleToZero, which answer at {{ .name }}.{{ .domain }}; remove it
  {{- end }}
  {{- if gt (len .name) 36 }}
name = {{ .name }} is longer than 36 characters, the most for a model with scaleToZero; choose a shorter one
  {{- end }}
{{- else }}
  {{- if .protocol }}
protocol = {{ .protocol }} is for models with scaleToZero; the others answer REST and gRPC: remove it
  {{- end }}
  {{- if not .minimum }}
minimum = {{ .minimum }} leaves no replica to answer; set 1 or more, or set scaleToZero
  {{- end }}
{{- end }}
{{- if and .traceCollector (eq .runtime "huggingface") }}
traceCollector = {{ .traceCollector }} has no effect on runtime huggingface, which sends no spans; remove it
{{- end }}
{{- range .egress }}
  {{- if not (include "model-service.isNetwork" .cidr) }}
egress: cidr = {{ .cidr }} has bits set beyond its prefix; write the first address of the range, such as 10.0.0.0/16
  {{- end }}
{{- end }}
{{- if lt (int .maximum) (int .minimum) }}
maximum = {{ .maximum }} must be at least minimum = {{ .minimum }}
{{- end }}
{{- range $index, $_ := .schedules }}
  {{- if lt (int .minimum) (int $.Values.minimum) }}
schedules[{{ $index }}].minimum = {{ .minimum }} is below that of the model, minimum = {{ $.Values.minimum }}; a schedule raises it
  {{- end }}
  {{- if gt (int .minimum) (int $.Values.maximum) }}
schedules[{{ $index }}].minimum = {{ .minimum }} is above maximum = {{ $.Values.maximum }}; raise maximum, or lower the minimum of the schedule
  {{- end }}
  {{- if ge .start .end }}
schedules[{{ $index }}].end = {{ .end }} must be after start = {{ .start }} on the same day; write a night as two schedules
  {{- end }}
{{- end }}
{{- end }}
{{- end }}
