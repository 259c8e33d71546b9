// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.enums.AccessLevel;
import java.lang.String;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class AccessConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final AccessConfigArgs Empty = new AccessConfigArgs();

    @Import(name="level", required=true)
    private AccessLevel level;

    public AccessLevel level() {
        return this.level;
    }

    @Import(name="name", required=true)
    private String name;

    public String name() {
        return this.name;
    }

    @Import(name="namespaces")
    private @Nullable List<String> namespaces;

    public Optional<List<String>> namespaces() {
        return Optional.ofNullable(this.namespaces);
    }

    @Import(name="principalArn", required=true)
    private String principalArn;

    public String principalArn() {
        return this.principalArn;
    }

    private AccessConfigArgs() {}

    private AccessConfigArgs(AccessConfigArgs $) {
        this.level = $.level;
        this.name = $.name;
        this.namespaces = $.namespaces;
        this.principalArn = $.principalArn;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(AccessConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private AccessConfigArgs $;

        public Builder() {
            $ = new AccessConfigArgs();
        }

        public Builder(AccessConfigArgs defaults) {
            $ = new AccessConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder level(AccessLevel level) {
            $.level = level;
            return this;
        }

        public Builder name(String name) {
            $.name = name;
            return this;
        }

        public Builder namespaces(@Nullable List<String> namespaces) {
            $.namespaces = namespaces;
            return this;
        }

        public Builder namespaces(String... namespaces) {
            return namespaces(List.of(namespaces));
        }

        public Builder principalArn(String principalArn) {
            $.principalArn = principalArn;
            return this;
        }

        public AccessConfigArgs build() {
            if ($.level == null) {
                throw new MissingRequiredPropertyException("AccessConfigArgs", "level");
            }
            if ($.name == null) {
                throw new MissingRequiredPropertyException("AccessConfigArgs", "name");
            }
            if ($.principalArn == null) {
                throw new MissingRequiredPropertyException("AccessConfigArgs", "principalArn");
            }
            return $;
        }
    }

}
