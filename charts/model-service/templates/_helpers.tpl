{{/* The labels that select the pods of the model and of its canary. */}}
{{- define "model-service.podLabels" -}}
mlplatform.io/model: {{ .Values.name | quote }}
{{- end }}

{{/* The labels of each object. The model's own label wins over one in .Values.labels. */}}
{{- define "model-service.labels" -}}
{{- merge (include "model-service.podLabels" . | fromYaml) .Values.labels | toYaml }}
{{- end }}

{{/* The host name that the model answers at. */}}
{{- define "model-service.address" -}}
{{- .Values.host | default (printf "%s.%s" .Values.name .Values.domain) }}
{{- end }}

{{/* The formats that the runtime loads, separated by ", ". */}}
{{- define "model-service.knownFormats" -}}
{{- get (dict
  "triton" "tensorrt, onnx, pytorch, triton"
  "huggingface" "huggingface"
  "mlserver" "sklearn, xgboost, lightgbm, mlflow"
) .Values.runtime }}
{{- end }}

{{/* The model's format; mlserver has no default. */}}
{{- define "model-service.modelFormat" -}}
{{- .Values.modelFormat | default (get (dict "triton" "triton" "huggingface" "huggingface") .Values.runtime) }}
{{- end }}

{{/* "true" if a replica has a GPU or a part of one. */}}
{{- define "model-service.usesGpu" -}}
{{- if or .Values.gpus .Values.gpuShare }}true{{ end }}
{{- end }}

{{/* Where the model server answers Prometheus. */}}
{{- define "model-service.metricsPort" -}}
{{- get (dict "triton" 8002 "huggingface" 8080 "mlserver" 8082) .Values.runtime }}
{{- end }}

{{/* Where Knative's proxy in a replica receives requests. */}}
{{- define "model-service.queuePort" -}}
{{- if eq (.Values.protocol | default "REST") "gRPC" }}8013{{ else }}8012{{ end }}
{{- end }}

{{/* A short name for a long text: 16 hexadecimal digits. */}}
{{- define "model-service.digest" -}}
{{- sha256sum . | trunc 16 }}
{{- end }}

{{/* The claim that the platform makes in the namespace for the disks of a cache group's nodes. */}}
{{- define "model-service.claim" -}}
model-cache-{{ .Values.cache.group }}
{{- end }}

{{/* "true" if a range of addresses has no bits beyond its prefix. */}}
{{- define "model-service.isNetwork" -}}
{{- $parts := splitList "/" . }}
{{- $address := 0 }}
{{- range splitList "." (first $parts) }}
{{- $address = add (mul $address 256) . }}
{{- end }}
{{- $size := 1 }}
{{- range until (sub 32 (last $parts) | int) }}
{{- $size = mul $size 2 }}
{{- end }}
{{- if not (mod $address $size) }}true{{ end }}
{{- end }}

{{/*
The predictors of a model in mode Standard, as a YAML list: the model that serves, then its canary. Each is one
InferenceService with an autoscaler of its own.
*/}}
{{- define "model-service.predictors" -}}
- name: {{ .Values.name | quote }}
  modelUri: {{ .Values.modelUri | quote }}
  requestPercent: {{ sub 100 (.Values.canary | default dict).percent }}
  replicaPercent: 100
{{- with .Values.canary }}
- name: {{ printf "%s-canary" $.Values.name | quote }}
  modelUri: {{ .modelUri | quote }}
  requestPercent: {{ int .percent }}
  replicaPercent: {{ int .percent }}
{{- end }}
{{- end }}

{{/* A predictor's part of the model's replicas, rounded up, and 1 at least: (list <replicas> <percent>). */}}
{{- define "model-service.replicas" -}}
{{- max 1 (div (add (mul (index . 0) (index . 1)) 99) 100) }}
{{- end }}

{{/*
The pods of an InferenceService: their identity, their nodes and their volumes.
Takes (dict "root" $ "name" <of the InferenceService> "modelUri" <of the model that they serve>).
*/}}
{{- define "model-service.pod" -}}
{{- with .root -}}
serviceAccountName: {{ .Values.name | quote }}
automountServiceAccountToken: false
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        serving.kserve.io/inferenceservice: {{ $.name | quote }}
  {{- end }}
{{- if include "model-service.usesGpu" . }}
tolerations:
  - key: nvidia.com/gpu
    operator: Exists
    effect: NoSchedule
{{- end }}
{{- with .Values.gpuShare }}
nodeSelector:
  nvidia.com/device-plugin.config: {{ .mode }}-{{ .pods }}
{{- end }}
{{- if .Values.gpus }}
# Nodes labeled as exclusive, and nodes whose image has a device plugin of its own, which have no such label.
affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms:
        - matchExpressions:
            - key: nvidia.com/device-plugin.config
              operator: In
              values: [exclusive]
        - matchExpressions:
            - key: nvidia.com/gpu.present
              operator: In
              values: ["true"]
            - key: nvidia.com/device-plugin.config
              operator: DoesNotExist
{{- end }}
{{- if .Values.cache }}
volumes:
  - name: cached-models
    persistentVolumeClaim:
      claimName: {{ include "model-service.claim" . }}
      readOnly: true
initContainers:
  # Waits until the whole model is on the node's disk: a model server that starts earlier serves a part of it.
  - name: wait-for-model
    image: docker.io/kserve/storage-initializer:v0.20.0
    imagePullPolicy: IfNotPresent
    command:
      - /bin/sh
      - -c
      - trap exit TERM; until [ -e "/kept/$0/.complete" ]; do sleep 2; done
      - {{ include "model-service.digest" $.modelUri | quote }}
    resources:
      requests: {cpu: 10m, memory: 32Mi}
      limits: {cpu: 10m, memory: 32Mi}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      runAsNonRoot: true
      runAsUser: 1000
      capabilities:
        drop: [ALL]
      seccompProfile:
        type: RuntimeDefault
    volumeMounts:
      - name: cached-models
        mountPath: /kept
        readOnly: true
{{- end }}
{{- end }}
{{- end }}

{{/* Has KServe's agent send requests and responses to the collector of ModelQuality. */}}
{{- define "model-service.logger" -}}
{{- with .Values.predictionLogs }}
logger:
  url: http://prediction-log.model-quality.svc.cluster.local:8080
  mode: {{ .mode }}
{{- end }}
{{- end }}

{{/*
The model server's container and the model that it loads. Takes what "model-service.pod" takes, with "runtime".
*/}}
{{- define "model-service.model" -}}
{{- with .root -}}
runtime: {{ $.runtime }}
modelFormat:
  name: {{ include "model-service.modelFormat" . }}
protocolVersion: v2
{{- if .Values.cache }}
storageUri: pvc://{{ include "model-service.claim" . }}/{{ include "model-service.digest" $.modelUri }}
{{- else }}
storageUri: {{ $.modelUri | quote }}
{{- end }}
resources:
  {{- range list "requests" "limits" }}
  {{ . }}:
    cpu: {{ $.root.Values.cpu | quote }}
    memory: {{ $.root.Values.memory | quote }}
    ephemeral-storage: {{ $.root.Values.storageGib }}Gi
    {{- if include "model-service.usesGpu" $.root }}
    nvidia.com/gpu: {{ if $.root.Values.gpuShare }}1{{ else }}{{ $.root.Values.gpus }}{{ end }}
    {{- end }}
  {{- end }}
startupProbe:
  httpGet:
    path: /v2/health/ready
    port: 8080
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: {{ mul .Values.startupMinutes 6 }}
{{- /* A canary answers by the model's name. */}}
{{- if eq .Values.runtime "huggingface" }}
args:
  - --model_name={{ .Values.name }}
{{- else if eq .Values.runtime "mlserver" }}
env:
  - name: MLSERVER_MODEL_NAME
    value: {{ .Values.name | quote }}
  {{- with .Values.traceCollector }}
  - name: MLSERVER_TRACING_SERVER
    value: {{ printf "%s:4317" . | quote }}
  {{- end }}
{{- else if .Values.traceCollector }}
args:
  - --trace-config=mode=opentelemetry
  - --trace-config=opentelemetry,url=http://{{ .Values.traceCollector }}:4318/v1/traces
  - --trace-config=opentelemetry,resource=service.name={{ .Values.name }}
  - --trace-config=level=TIMESTAMPS
  - --trace-config=count=-1
  # Requests that the gateway traces, and no others.
  - --trace-config=rate=0
{{- end }}
{{- end }}
{{- end }}
