// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.enums.SignInProvider;
import com.pulumi.mlplatform.inputs.OidcConfigArgs;
import java.lang.Integer;
import java.lang.String;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class SignInConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final SignInConfigArgs Empty = new SignInConfigArgs();

    @Import(name="hosts", required=true)
    private List<String> hosts;

    public List<String> hosts() {
        return this.hosts;
    }

    @Import(name="oidc")
    private @Nullable OidcConfigArgs oidc;

    public Optional<OidcConfigArgs> oidc() {
        return Optional.ofNullable(this.oidc);
    }

    @Import(name="provider", required=true)
    private SignInProvider provider;

    public SignInProvider provider() {
        return this.provider;
    }

    @Import(name="scope")
    private @Nullable String scope;

    public Optional<String> scope() {
        return Optional.ofNullable(this.scope);
    }

    @Import(name="sessionHours")
    private @Nullable Integer sessionHours;

    public Optional<Integer> sessionHours() {
        return Optional.ofNullable(this.sessionHours);
    }

    private SignInConfigArgs() {}

    private SignInConfigArgs(SignInConfigArgs $) {
        this.hosts = $.hosts;
        this.oidc = $.oidc;
        this.provider = $.provider;
        this.scope = $.scope;
        this.sessionHours = $.sessionHours;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(SignInConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private SignInConfigArgs $;

        public Builder() {
            $ = new SignInConfigArgs();
        }

        public Builder(SignInConfigArgs defaults) {
            $ = new SignInConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder hosts(List<String> hosts) {
            $.hosts = hosts;
            return this;
        }

        public Builder hosts(String... hosts) {
            return hosts(List.of(hosts));
        }

        public Builder oidc(@Nullable OidcConfigArgs oidc) {
            $.oidc = oidc;
            return this;
        }

        public Builder provider(SignInProvider provider) {
            $.provider = provider;
            return this;
        }

        public Builder scope(@Nullable String scope) {
            $.scope = scope;
            return this;
        }

        public Builder sessionHours(@Nullable Integer sessionHours) {
            $.sessionHours = sessionHours;
            return this;
        }

        public SignInConfigArgs build() {
            if ($.hosts == null) {
                throw new MissingRequiredPropertyException("SignInConfigArgs", "hosts");
            }
            if ($.provider == null) {
                throw new MissingRequiredPropertyException("SignInConfigArgs", "provider");
            }
            return $;
        }
    }

}
