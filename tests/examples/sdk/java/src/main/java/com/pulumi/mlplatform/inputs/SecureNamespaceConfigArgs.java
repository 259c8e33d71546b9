// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.enums.PodSecurity;
import java.lang.String;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class SecureNamespaceConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final SecureNamespaceConfigArgs Empty = new SecureNamespaceConfigArgs();

    @Import(name="labels")
    private @Nullable Map<String,String> labels;

    public Optional<Map<String,String>> labels() {
        return Optional.ofNullable(this.labels);
    }

    @Import(name="namespace", required=true)
    private String namespace;

    public String namespace() {
        return this.namespace;
    }

    @Import(name="podSecurity")
    private @Nullable PodSecurity podSecurity;

    public Optional<PodSecurity> podSecurity() {
        return Optional.ofNullable(this.podSecurity);
    }

    private SecureNamespaceConfigArgs() {}

    private SecureNamespaceConfigArgs(SecureNamespaceConfigArgs $) {
        this.labels = $.labels;
        this.namespace = $.namespace;
        this.podSecurity = $.podSecurity;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(SecureNamespaceConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private SecureNamespaceConfigArgs $;

        public Builder() {
            $ = new SecureNamespaceConfigArgs();
        }

        public Builder(SecureNamespaceConfigArgs defaults) {
            $ = new SecureNamespaceConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder labels(@Nullable Map<String,String> labels) {
            $.labels = labels;
            return this;
        }

        public Builder namespace(String namespace) {
            $.namespace = namespace;
            return this;
        }

        public Builder podSecurity(@Nullable PodSecurity podSecurity) {
            $.podSecurity = podSecurity;
            return this;
        }

        public SecureNamespaceConfigArgs build() {
            if ($.namespace == null) {
                throw new MissingRequiredPropertyException("SecureNamespaceConfigArgs", "namespace");
            }
            return $;
        }
    }

}
