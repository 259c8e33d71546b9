// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.enums.TaintEffect;
import java.lang.String;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class TaintConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final TaintConfigArgs Empty = new TaintConfigArgs();

    @Import(name="effect", required=true)
    private TaintEffect effect;

    public TaintEffect effect() {
        return this.effect;
    }

    @Import(name="key", required=true)
    private String key;

    public String key() {
        return this.key;
    }

    @Import(name="value")
    private @Nullable String value;

    public Optional<String> value() {
        return Optional.ofNullable(this.value);
    }

    private TaintConfigArgs() {}

    private TaintConfigArgs(TaintConfigArgs $) {
        this.effect = $.effect;
        this.key = $.key;
        this.value = $.value;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(TaintConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private TaintConfigArgs $;

        public Builder() {
            $ = new TaintConfigArgs();
        }

        public Builder(TaintConfigArgs defaults) {
            $ = new TaintConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder effect(TaintEffect effect) {
            $.effect = effect;
            return this;
        }

        public Builder key(String key) {
            $.key = key;
            return this;
        }

        public Builder value(@Nullable String value) {
            $.value = value;
            return this;
        }

        public TaintConfigArgs build() {
            if ($.effect == null) {
                throw new MissingRequiredPropertyException("TaintConfigArgs", "effect");
            }
            if ($.key == null) {
                throw new MissingRequiredPropertyException("TaintConfigArgs", "key");
            }
            return $;
        }
    }

}
