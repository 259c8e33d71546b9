// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.enums.Protocol;
import com.pulumi.mlplatform.enums.Runtime;
import com.pulumi.mlplatform.inputs.CachedModelConfigArgs;
import com.pulumi.mlplatform.inputs.CanaryConfigArgs;
import com.pulumi.mlplatform.inputs.EgressConfigArgs;
import com.pulumi.mlplatform.inputs.FloorConfigArgs;
import com.pulumi.mlplatform.inputs.GpuShareConfigArgs;
import com.pulumi.mlplatform.inputs.PredictionLogsConfigArgs;
import java.lang.Boolean;
import java.lang.Integer;
import java.lang.String;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class ModelConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final ModelConfigArgs Empty = new ModelConfigArgs();

    @Import(name="cache")
    private @Nullable CachedModelConfigArgs cache;

    public Optional<CachedModelConfigArgs> cache() {
        return Optional.ofNullable(this.cache);
    }

    @Import(name="canary")
    private @Nullable CanaryConfigArgs canary;

    public Optional<CanaryConfigArgs> canary() {
        return Optional.ofNullable(this.canary);
    }

    @Import(name="cpu", required=true)
    private String cpu;

    public String cpu() {
        return this.cpu;
    }

    @Import(name="egress")
    private @Nullable List<EgressConfigArgs> egress;

    public Optional<List<EgressConfigArgs>> egress() {
        return Optional.ofNullable(this.egress);
    }

    @Import(name="errorPercent")
    private @Nullable Integer errorPercent;

    public Optional<Integer> errorPercent() {
        return Optional.ofNullable(this.errorPercent);
    }

    @Import(name="gpuShare")
    private @Nullable GpuShareConfigArgs gpuShare;

    public Optional<GpuShareConfigArgs> gpuShare() {
        return Optional.ofNullable(this.gpuShare);
    }

    @Import(name="gpus")
    private @Nullable Integer gpus;

    public Optional<Integer> gpus() {
        return Optional.ofNullable(this.gpus);
    }

    @Import(name="host")
    private @Nullable String host;

    public Optional<String> host() {
        return Optional.ofNullable(this.host);
    }

    @Import(name="labels")
    private @Nullable Map<String,String> labels;

    public Optional<Map<String,String>> labels() {
        return Optional.ofNullable(this.labels);
    }

    @Import(name="latencyMilliseconds")
    private @Nullable Integer latencyMilliseconds;

    public Optional<Integer> latencyMilliseconds() {
        return Optional.ofNullable(this.latencyMilliseconds);
    }

    @Import(name="maximum", required=true)
    private Integer maximum;

    public Integer maximum() {
        return this.maximum;
    }

    @Import(name="memory", required=true)
    private String memory;

    public String memory() {
        return this.memory;
    }

    @Import(name="minimum", required=true)
    private Integer minimum;

    public Integer minimum() {
        return this.minimum;
    }

    @Import(name="modelFormat")
    private @Nullable String modelFormat;

    public Optional<String> modelFormat() {
        return Optional.ofNullable(this.modelFormat);
    }

    @Import(name="modelUri", required=true)
    private String modelUri;

    public String modelUri() {
        return this.modelUri;
    }

    @Import(name="monitoring")
    private @Nullable Boolean monitoring;

    public Optional<Boolean> monitoring() {
        return Optional.ofNullable(this.monitoring);
    }

    @Import(name="name", required=true)
    private String name;

    public String name() {
        return this.name;
    }

    @Import(name="namespace", required=true)
    private String namespace;

    public String namespace() {
        return this.namespace;
    }

    @Import(name="predictionLogs")
    private @Nullable PredictionLogsConfigArgs predictionLogs;

    public Optional<PredictionLogsConfigArgs> predictionLogs() {
        return Optional.ofNullable(this.predictionLogs);
    }

    @Import(name="prometheusUrl")
    private @Nullable String prometheusUrl;

    public Optional<String> prometheusUrl() {
        return Optional.ofNullable(this.prometheusUrl);
    }

    @Import(name="protocol")
    private @Nullable Protocol protocol;

    public Optional<Protocol> protocol() {
        return Optional.ofNullable(this.protocol);
    }

    @Import(name="runbookUrl")
    private @Nullable String runbookUrl;

    public Optional<String> runbookUrl() {
        return Optional.ofNullable(this.runbookUrl);
    }

    @Import(name="runtime", required=true)
    private Runtime runtime;

    public Runtime runtime() {
        return this.runtime;
    }

    @Import(name="scaleToZero")
    private @Nullable Boolean scaleToZero;

    public Optional<Boolean> scaleToZero() {
        return Optional.ofNullable(this.scaleToZero);
    }

    @Import(name="schedules")
    private @Nullable List<FloorConfigArgs> schedules;

    public Optional<List<FloorConfigArgs>> schedules() {
        return Optional.ofNullable(this.schedules);
    }

    @Import(name="startupMinutes")
    private @Nullable Integer startupMinutes;

    public Optional<Integer> startupMinutes() {
        return Optional.ofNullable(this.startupMinutes);
    }

    @Import(name="storageGib")
    private @Nullable Integer storageGib;

    public Optional<Integer> storageGib() {
        return Optional.ofNullable(this.storageGib);
    }

    @Import(name="targetConcurrency", required=true)
    private Integer targetConcurrency;

    public Integer targetConcurrency() {
        return this.targetConcurrency;
    }

    @Import(name="timeoutSeconds")
    private @Nullable Integer timeoutSeconds;

    public Optional<Integer> timeoutSeconds() {
        return Optional.ofNullable(this.timeoutSeconds);
    }

    @Import(name="traceCollector")
    private @Nullable String traceCollector;

    public Optional<String> traceCollector() {
        return Optional.ofNullable(this.traceCollector);
    }

    private ModelConfigArgs() {}

    private ModelConfigArgs(ModelConfigArgs $) {
        this.cache = $.cache;
        this.canary = $.canary;
        this.cpu = $.cpu;
        this.egress = $.egress;
        this.errorPercent = $.errorPercent;
        this.gpuShare = $.gpuShare;
        this.gpus = $.gpus;
        this.host = $.host;
        this.labels = $.labels;
        this.latencyMilliseconds = $.latencyMilliseconds;
        this.maximum = $.maximum;
        this.memory = $.memory;
        this.minimum = $.minimum;
        this.modelFormat = $.modelFormat;
        this.modelUri = $.modelUri;
        this.monitoring = $.monitoring;
        this.name = $.name;
        this.namespace = $.namespace;
        this.predictionLogs = $.predictionLogs;
        this.prometheusUrl = $.prometheusUrl;
        this.protocol = $.protocol;
        this.runbookUrl = $.runbookUrl;
        this.runtime = $.runtime;
        this.scaleToZero = $.scaleToZero;
        this.schedules = $.schedules;
        this.startupMinutes = $.startupMinutes;
        this.storageGib = $.storageGib;
        this.targetConcurrency = $.targetConcurrency;
        this.timeoutSeconds = $.timeoutSeconds;
        this.traceCollector = $.traceCollector;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(ModelConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private ModelConfigArgs $;

        public Builder() {
            $ = new ModelConfigArgs();
        }

        public Builder(ModelConfigArgs defaults) {
            $ = new ModelConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder cache(@Nullable CachedModelConfigArgs cache) {
            $.cache = cache;
            return this;
        }

        public Builder canary(@Nullable CanaryConfigArgs canary) {
            $.canary = canary;
            return this;
        }

        public Builder cpu(String cpu) {
            $.cpu = cpu;
            return this;
        }

        public Builder egress(@Nullable List<EgressConfigArgs> egress) {
            $.egress = egress;
            return this;
        }

        public Builder egress(EgressConfigArgs... egress) {
            return egress(List.of(egress));
        }

        public Builder errorPercent(@Nullable Integer errorPercent) {
            $.errorPercent = errorPercent;
            return this;
        }

        public Builder gpuShare(@Nullable GpuShareConfigArgs gpuShare) {
            $.gpuShare = gpuShare;
            return this;
        }

        public Builder gpus(@Nullable Integer gpus) {
            $.gpus = gpus;
            return this;
        }

        public Builder host(@Nullable String host) {
            $.host = host;
            return this;
        }

        public Builder labels(@Nullable Map<String,String> labels) {
            $.labels = labels;
            return this;
        }

        public Builder latencyMilliseconds(@Nullable Integer latencyMilliseconds) {
            $.latencyMilliseconds = latencyMilliseconds;
            return this;
        }

        public Builder maximum(Integer maximum) {
            $.maximum = maximum;
            return this;
        }

        public Builder memory(String memory) {
            $.memory = memory;
            return this;
        }

        public Builder minimum(Integer minimum) {
            $.minimum = minimum;
            return this;
        }

        public Builder modelFormat(@Nullable String modelFormat) {
            $.modelFormat = modelFormat;
            return this;
        }

        public Builder modelUri(String modelUri) {
            $.modelUri = modelUri;
            return this;
        }

        public Builder monitoring(@Nullable Boolean monitoring) {
            $.monitoring = monitoring;
            return this;
        }

        public Builder name(String name) {
            $.name = name;
            return this;
        }

        public Builder namespace(String namespace) {
            $.namespace = namespace;
            return this;
        }

        public Builder predictionLogs(@Nullable PredictionLogsConfigArgs predictionLogs) {
            $.predictionLogs = predictionLogs;
            return this;
        }

        public Builder prometheusUrl(@Nullable String prometheusUrl) {
            $.prometheusUrl = prometheusUrl;
            return this;
        }

        public Builder protocol(@Nullable Protocol protocol) {
            $.protocol = protocol;
            return this;
        }

        public Builder runbookUrl(@Nullable String runbookUrl) {
            $.runbookUrl = runbookUrl;
            return this;
        }

        public Builder runtime(Runtime runtime) {
            $.runtime = runtime;
            return this;
        }

        public Builder scaleToZero(@Nullable Boolean scaleToZero) {
            $.scaleToZero = scaleToZero;
            return this;
        }

        public Builder schedules(@Nullable List<FloorConfigArgs> schedules) {
            $.schedules = schedules;
            return this;
        }

        public Builder schedules(FloorConfigArgs... schedules) {
            return schedules(List.of(schedules));
        }

        public Builder startupMinutes(@Nullable Integer startupMinutes) {
            $.startupMinutes = startupMinutes;
            return this;
        }

        public Builder storageGib(@Nullable Integer storageGib) {
            $.storageGib = storageGib;
            return this;
        }

        public Builder targetConcurrency(Integer targetConcurrency) {
            $.targetConcurrency = targetConcurrency;
            return this;
        }

        public Builder timeoutSeconds(@Nullable Integer timeoutSeconds) {
            $.timeoutSeconds = timeoutSeconds;
            return this;
        }

        public Builder traceCollector(@Nullable String traceCollector) {
            $.traceCollector = traceCollector;
            return this;
        }

        public ModelConfigArgs build() {
            if ($.cpu == null) {
                throw new MissingRequiredPropertyException("ModelConfigArgs", "cpu");
            }
            if ($.maximum == null) {
                throw new MissingRequiredPropertyException("ModelConfigArgs", "maximum");
            }
            if ($.memory == null) {
                throw new MissingRequiredPropertyException("ModelConfigArgs", "memory");
            }
            if ($.minimum == null) {
                throw new MissingRequiredPropertyException("ModelConfigArgs", "minimum");
            }
            if ($.modelUri == null) {
                throw new MissingRequiredPropertyException("ModelConfigArgs", "modelUri");
            }
            if ($.name == null) {
                throw new MissingRequiredPropertyException("ModelConfigArgs", "name");
            }
            if ($.namespace == null) {
                throw new MissingRequiredPropertyException("ModelConfigArgs", "namespace");
            }
            if ($.runtime == null) {
                throw new MissingRequiredPropertyException("ModelConfigArgs", "runtime");
            }
            if ($.targetConcurrency == null) {
                throw new MissingRequiredPropertyException("ModelConfigArgs", "targetConcurrency");
            }
            return $;
        }
    }

}
