// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import java.lang.Boolean;
import java.lang.String;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class DeliveredModelConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final DeliveredModelConfigArgs Empty = new DeliveredModelConfigArgs();

    @Import(name="aliases")
    private @Nullable List<String> aliases;

    public Optional<List<String>> aliases() {
        return Optional.ofNullable(this.aliases);
    }

    @Import(name="cached")
    private @Nullable Boolean cached;

    public Optional<Boolean> cached() {
        return Optional.ofNullable(this.cached);
    }

    @Import(name="folder", required=true)
    private String folder;

    public String folder() {
        return this.folder;
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

    private DeliveredModelConfigArgs() {}

    private DeliveredModelConfigArgs(DeliveredModelConfigArgs $) {
        this.aliases = $.aliases;
        this.cached = $.cached;
        this.folder = $.folder;
        this.name = $.name;
        this.namespace = $.namespace;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(DeliveredModelConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private DeliveredModelConfigArgs $;

        public Builder() {
            $ = new DeliveredModelConfigArgs();
        }

        public Builder(DeliveredModelConfigArgs defaults) {
            $ = new DeliveredModelConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder aliases(@Nullable List<String> aliases) {
            $.aliases = aliases;
            return this;
        }

        public Builder aliases(String... aliases) {
            return aliases(List.of(aliases));
        }

        public Builder cached(@Nullable Boolean cached) {
            $.cached = cached;
            return this;
        }

        public Builder folder(String folder) {
            $.folder = folder;
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

        public DeliveredModelConfigArgs build() {
            if ($.folder == null) {
                throw new MissingRequiredPropertyException("DeliveredModelConfigArgs", "folder");
            }
            if ($.name == null) {
                throw new MissingRequiredPropertyException("DeliveredModelConfigArgs", "name");
            }
            if ($.namespace == null) {
                throw new MissingRequiredPropertyException("DeliveredModelConfigArgs", "namespace");
            }
            return $;
        }
    }

}
