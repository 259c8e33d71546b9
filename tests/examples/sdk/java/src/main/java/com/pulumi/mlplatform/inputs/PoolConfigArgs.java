// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.inputs.TaintConfigArgs;
import java.lang.Boolean;
import java.lang.Integer;
import java.lang.String;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class PoolConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final PoolConfigArgs Empty = new PoolConfigArgs();

    @Import(name="cpu", required=true)
    private Integer cpu;

    public Integer cpu() {
        return this.cpu;
    }

    @Import(name="gpus")
    private @Nullable Integer gpus;

    public Optional<Integer> gpus() {
        return Optional.ofNullable(this.gpus);
    }

    @Import(name="labels")
    private @Nullable Map<String,String> labels;

    public Optional<Map<String,String>> labels() {
        return Optional.ofNullable(this.labels);
    }

    @Import(name="memoryGib", required=true)
    private Integer memoryGib;

    public Integer memoryGib() {
        return this.memoryGib;
    }

    @Import(name="name", required=true)
    private String name;

    public String name() {
        return this.name;
    }

    @Import(name="nodes", required=true)
    private Integer nodes;

    public Integer nodes() {
        return this.nodes;
    }

    @Import(name="spot")
    private @Nullable Boolean spot;

    public Optional<Boolean> spot() {
        return Optional.ofNullable(this.spot);
    }

    @Import(name="taints")
    private @Nullable List<TaintConfigArgs> taints;

    public Optional<List<TaintConfigArgs>> taints() {
        return Optional.ofNullable(this.taints);
    }

    private PoolConfigArgs() {}

    private PoolConfigArgs(PoolConfigArgs $) {
        this.cpu = $.cpu;
        this.gpus = $.gpus;
        this.labels = $.labels;
        this.memoryGib = $.memoryGib;
        this.name = $.name;
        this.nodes = $.nodes;
        this.spot = $.spot;
        this.taints = $.taints;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(PoolConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private PoolConfigArgs $;

        public Builder() {
            $ = new PoolConfigArgs();
        }

        public Builder(PoolConfigArgs defaults) {
            $ = new PoolConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder cpu(Integer cpu) {
            $.cpu = cpu;
            return this;
        }

        public Builder gpus(@Nullable Integer gpus) {
            $.gpus = gpus;
            return this;
        }

        public Builder labels(@Nullable Map<String,String> labels) {
            $.labels = labels;
            return this;
        }

        public Builder memoryGib(Integer memoryGib) {
            $.memoryGib = memoryGib;
            return this;
        }

        public Builder name(String name) {
            $.name = name;
            return this;
        }

        public Builder nodes(Integer nodes) {
            $.nodes = nodes;
            return this;
        }

        public Builder spot(@Nullable Boolean spot) {
            $.spot = spot;
            return this;
        }

        public Builder taints(@Nullable List<TaintConfigArgs> taints) {
            $.taints = taints;
            return this;
        }

        public Builder taints(TaintConfigArgs... taints) {
            return taints(List.of(taints));
        }

        public PoolConfigArgs build() {
            if ($.cpu == null) {
                throw new MissingRequiredPropertyException("PoolConfigArgs", "cpu");
            }
            if ($.memoryGib == null) {
                throw new MissingRequiredPropertyException("PoolConfigArgs", "memoryGib");
            }
            if ($.name == null) {
                throw new MissingRequiredPropertyException("PoolConfigArgs", "name");
            }
            if ($.nodes == null) {
                throw new MissingRequiredPropertyException("PoolConfigArgs", "nodes");
            }
            return $;
        }
    }

}
