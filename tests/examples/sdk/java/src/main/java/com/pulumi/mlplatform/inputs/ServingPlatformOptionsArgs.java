// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.mlplatform.enums.DeploymentMode;
import com.pulumi.mlplatform.inputs.CacheGroupConfigArgs;
import java.lang.Boolean;
import java.lang.Integer;
import java.lang.String;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class ServingPlatformOptionsArgs extends com.pulumi.resources.ResourceArgs {

    public static final ServingPlatformOptionsArgs Empty = new ServingPlatformOptionsArgs();

    @Import(name="gatewayMaximum")
    private @Nullable Integer gatewayMaximum;

    public Optional<Integer> gatewayMaximum() {
        return Optional.ofNullable(this.gatewayMaximum);
    }

    @Import(name="gatewayMinimum")
    private @Nullable Integer gatewayMinimum;

    public Optional<Integer> gatewayMinimum() {
        return Optional.ofNullable(this.gatewayMinimum);
    }

    @Import(name="imageCaches")
    private @Nullable Map<String,String> imageCaches;

    public Optional<Map<String,String>> imageCaches() {
        return Optional.ofNullable(this.imageCaches);
    }

    @Import(name="mode")
    private @Nullable DeploymentMode mode;

    public Optional<DeploymentMode> mode() {
        return Optional.ofNullable(this.mode);
    }

    @Import(name="modelCache")
    private @Nullable List<CacheGroupConfigArgs> modelCache;

    public Optional<List<CacheGroupConfigArgs>> modelCache() {
        return Optional.ofNullable(this.modelCache);
    }

    @Import(name="modelNamespaces")
    private @Nullable List<String> modelNamespaces;

    public Optional<List<String>> modelNamespaces() {
        return Optional.ofNullable(this.modelNamespaces);
    }

    @Import(name="monitoring")
    private @Nullable Boolean monitoring;

    public Optional<Boolean> monitoring() {
        return Optional.ofNullable(this.monitoring);
    }

    @Import(name="runtimes")
    private @Nullable List<String> runtimes;

    public Optional<List<String>> runtimes() {
        return Optional.ofNullable(this.runtimes);
    }

    @Import(name="scaleToZero")
    private @Nullable Boolean scaleToZero;

    public Optional<Boolean> scaleToZero() {
        return Optional.ofNullable(this.scaleToZero);
    }

    @Import(name="traceCollector")
    private @Nullable String traceCollector;

    public Optional<String> traceCollector() {
        return Optional.ofNullable(this.traceCollector);
    }

    private ServingPlatformOptionsArgs() {}

    private ServingPlatformOptionsArgs(ServingPlatformOptionsArgs $) {
        this.gatewayMaximum = $.gatewayMaximum;
        this.gatewayMinimum = $.gatewayMinimum;
        this.imageCaches = $.imageCaches;
        this.mode = $.mode;
        this.modelCache = $.modelCache;
        this.modelNamespaces = $.modelNamespaces;
        this.monitoring = $.monitoring;
        this.runtimes = $.runtimes;
        this.scaleToZero = $.scaleToZero;
        this.traceCollector = $.traceCollector;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(ServingPlatformOptionsArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private ServingPlatformOptionsArgs $;

        public Builder() {
            $ = new ServingPlatformOptionsArgs();
        }

        public Builder(ServingPlatformOptionsArgs defaults) {
            $ = new ServingPlatformOptionsArgs(Objects.requireNonNull(defaults));
        }

        public Builder gatewayMaximum(@Nullable Integer gatewayMaximum) {
            $.gatewayMaximum = gatewayMaximum;
            return this;
        }

        public Builder gatewayMinimum(@Nullable Integer gatewayMinimum) {
            $.gatewayMinimum = gatewayMinimum;
            return this;
        }

        public Builder imageCaches(@Nullable Map<String,String> imageCaches) {
            $.imageCaches = imageCaches;
            return this;
        }

        public Builder mode(@Nullable DeploymentMode mode) {
            $.mode = mode;
            return this;
        }

        public Builder modelCache(@Nullable List<CacheGroupConfigArgs> modelCache) {
            $.modelCache = modelCache;
            return this;
        }

        public Builder modelCache(CacheGroupConfigArgs... modelCache) {
            return modelCache(List.of(modelCache));
        }

        public Builder modelNamespaces(@Nullable List<String> modelNamespaces) {
            $.modelNamespaces = modelNamespaces;
            return this;
        }

        public Builder modelNamespaces(String... modelNamespaces) {
            return modelNamespaces(List.of(modelNamespaces));
        }

        public Builder monitoring(@Nullable Boolean monitoring) {
            $.monitoring = monitoring;
            return this;
        }

        public Builder runtimes(@Nullable List<String> runtimes) {
            $.runtimes = runtimes;
            return this;
        }

        public Builder runtimes(String... runtimes) {
            return runtimes(List.of(runtimes));
        }

        public Builder scaleToZero(@Nullable Boolean scaleToZero) {
            $.scaleToZero = scaleToZero;
            return this;
        }

        public Builder traceCollector(@Nullable String traceCollector) {
            $.traceCollector = traceCollector;
            return this;
        }

        public ServingPlatformOptionsArgs build() {
            return $;
        }
    }

}
