{{- define "zonefleet.name" -}}
{{- .Values.nameOverride | default .Chart.Name -}}
{{- end }}

{{- /* the release's name where it says zonefleet already, else both; 50 characters leave room for suffixes */ -}}
{{- define "zonefleet.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains (include "zonefleet.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "zonefleet.name" .) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "zonefleet.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "zonefleet.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{- /* The Secret of a fleet's gateways is read to see whether it is whole and due, and written. It is known by its name, so nothing
is listed; a rule cannot say "whatever ends in -gateway-identity". */ -}}
{{- define "zonefleet.certificateRule" -}}
# keeps the certificate that a fleet's gateways show: one Secret per fleet, found by name
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, create, patch]
{{- end }}

{{- define "zonefleet.selector" -}}
app.kubernetes.io/name: {{ include "zonefleet.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end }}

{{- define "zonefleet.labels" -}}
{{ include "zonefleet.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version | replace "+" "_" }}
{{- end }}
