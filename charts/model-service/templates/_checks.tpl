{{/*
What is refused beyond values.schema.json, one sentence a line: field, value and remedy. The component ModelService
refuses the same in the same words.
*/}}
{{- define "model-service.problems" -}}
{{- with .Values }}
{{- $formats := include "model-service.knownFormats" $ }}
{{- $format := include "model-service.modelFormat" $ }}
{{- $platform := list "argocd" "aws-load-balancer-controller" "cert-manager" "cluster-autoscaler" "external-secrets"
  "feast" "gpu-system" "istio-ingress" "istio-system" "karpenter" "keda" "knative-operator" "knative-serving" "kserve"
  "kserve-localmodel-jobs" "kubeflow" "kubeflow-system" "kueue-system" "mlflow" "oauth2-proxy" "store-access" }}
{{- if or (has .namespace $platform) (eq .namespace "default") (hasPrefix "kube-" .namespace) }}
namespace = {{ .namespace }} is not for models; choose one of the serving platform's modelNamespaces
{{- end }}
{{- if hasSuffix "-canary" .name }}
name = {{ .name }} would be taken for the canary of another model; choose one that does not end with -canary
{{- end }}
{{- if and .host (ne .domain (regexReplaceAll "^[^.]*[.]" .host "")) }}
host = {{ .host }} is not one label below domain = {{ .domain }}, for which the gateway and its certificate are; write {{ .name }}.{{ .domain }} or leave it out
{{- end }}
{{- if not (hasSuffix "/" .modelUri) }}
modelUri = {{ .modelUri }} must end with /: it names a folder, whose objects alone the model may read
{{- end }}
{{- if and .canary (not (hasSuffix "/" .canary.modelUri)) }}
canary.modelUri = {{ .canary.modelUri }} must end with /: it names a folder, whose objects alone it may read
{{- end }}
{{- if not $format }}
modelFormat is missing; runtime {{ .runtime }} loads one of {{ $formats }}, so say which
{{- else if not (has $format (splitList ", " $formats)) }}
modelFormat = {{ $format }} is none that runtime {{ .runtime }} loads; allowed: {{ $formats }}
{{- end }}
{{- if and .gpus .gpuShare }}
gpus = {{ .gpus }} and gpuShare are both set; keep gpus for whole GPUs or gpuShare for a part of one
{{- end }}
{{- if .scaleToZero }}
  {{- if not .protocol }}
protocol is missing; a model that scales to zero answers REST or gRPC, not both, so say which
  {{- end }}
  {{- if .minimum }}
minimum = {{ .minimum }} and scaleToZero are opposites; set minimum to 0, or leave scaleToZero out
  {{- end }}
  {{- if .schedules }}
schedules are not for models with scaleToZero, whose floor is none at each hour; leave one of them out
  {{- end }}
  {{- if .host }}
host = {{ .host }} is not for models with scaleToZero, which answer at {{ .name }}.{{ .domain }}; leave it out
  {{- end }}
  {{- if gt (len .name) 36 }}
name = {{ .name }} is longer than 36 characters, the most for a model with scaleToZero; choose a shorter one
  {{- end }}
{{- else }}
  {{- if .protocol }}
protocol = {{ .protocol }} is for models with scaleToZero; the others answer REST and gRPC, so leave it out
  {{- end }}
  {{- if not .minimum }}
minimum = {{ .minimum }} leaves nobody to answer; set 1, or scaleToZero for a model that starts when it is asked
  {{- end }}
{{- end }}
{{- range .egress }}
  {{- if not (include "model-service.isNetwork" .cidr) }}
egress: cidr = {{ .cidr }} has bits set beyond its prefix; write the first address of the range, such as 10.0.0.0/16
  {{- end }}
{{- end }}
{{- if lt (int .maximum) (int .minimum) }}
maximum = {{ .maximum }} must be at least minimum = {{ .minimum }}
{{- end }}
{{- range .schedules }}
  {{- if lt (int .minimum) (int $.Values.minimum) }}
schedule {{ .name }}: minimum = {{ .minimum }} is below the model's own, minimum = {{ $.Values.minimum }}; a schedule raises the floor
  {{- end }}
  {{- if gt (int .minimum) (int $.Values.maximum) }}
schedule {{ .name }}: minimum = {{ .minimum }} is above maximum = {{ $.Values.maximum }}; raise maximum
  {{- end }}
  {{- if ge .start .end }}
schedule {{ .name }}: end = {{ .end }} must be later on the day than start = {{ .start }}; write a night as two schedules
  {{- end }}
{{- end }}
{{- end }}
{{- end }}
