// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.mlplatform.enums.TlsPolicy;
import com.pulumi.mlplatform.inputs.FailoverConfigArgs;
import com.pulumi.mlplatform.inputs.SignInConfigArgs;
import java.lang.Boolean;
import java.lang.Integer;
import java.lang.String;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class ServingLoadBalancerOptionsArgs extends com.pulumi.resources.ResourceArgs {

    public static final ServingLoadBalancerOptionsArgs Empty = new ServingLoadBalancerOptionsArgs();

    @Import(name="allowedCidrs")
    private @Nullable List<String> allowedCidrs;

    public Optional<List<String>> allowedCidrs() {
        return Optional.ofNullable(this.allowedCidrs);
    }

    @Import(name="alternativeNames")
    private @Nullable List<String> alternativeNames;

    public Optional<List<String>> alternativeNames() {
        return Optional.ofNullable(this.alternativeNames);
    }

    @Import(name="deletionProtection")
    private @Nullable Boolean deletionProtection;

    public Optional<Boolean> deletionProtection() {
        return Optional.ofNullable(this.deletionProtection);
    }

    @Import(name="deregistrationSeconds")
    private @Nullable Integer deregistrationSeconds;

    public Optional<Integer> deregistrationSeconds() {
        return Optional.ofNullable(this.deregistrationSeconds);
    }

    @Import(name="failover")
    private @Nullable FailoverConfigArgs failover;

    public Optional<FailoverConfigArgs> failover() {
        return Optional.ofNullable(this.failover);
    }

    @Import(name="gatewayPort")
    private @Nullable Integer gatewayPort;

    public Optional<Integer> gatewayPort() {
        return Optional.ofNullable(this.gatewayPort);
    }

    @Import(name="gatewayTls")
    private @Nullable Boolean gatewayTls;

    public Optional<Boolean> gatewayTls() {
        return Optional.ofNullable(this.gatewayTls);
    }

    @Import(name="grpc")
    private @Nullable Boolean grpc;

    public Optional<Boolean> grpc() {
        return Optional.ofNullable(this.grpc);
    }

    @Import(name="healthCheckPath")
    private @Nullable String healthCheckPath;

    public Optional<String> healthCheckPath() {
        return Optional.ofNullable(this.healthCheckPath);
    }

    @Import(name="healthCheckPort")
    private @Nullable Integer healthCheckPort;

    public Optional<Integer> healthCheckPort() {
        return Optional.ofNullable(this.healthCheckPort);
    }

    @Import(name="idleTimeoutSeconds")
    private @Nullable Integer idleTimeoutSeconds;

    public Optional<Integer> idleTimeoutSeconds() {
        return Optional.ofNullable(this.idleTimeoutSeconds);
    }

    @Import(name="internal")
    private @Nullable Boolean internal;

    public Optional<Boolean> internal() {
        return Optional.ofNullable(this.internal);
    }

    @Import(name="signIn")
    private @Nullable SignInConfigArgs signIn;

    public Optional<SignInConfigArgs> signIn() {
        return Optional.ofNullable(this.signIn);
    }

    @Import(name="tlsPolicy")
    private @Nullable TlsPolicy tlsPolicy;

    public Optional<TlsPolicy> tlsPolicy() {
        return Optional.ofNullable(this.tlsPolicy);
    }

    private ServingLoadBalancerOptionsArgs() {}

    private ServingLoadBalancerOptionsArgs(ServingLoadBalancerOptionsArgs $) {
        this.allowedCidrs = $.allowedCidrs;
        this.alternativeNames = $.alternativeNames;
        this.deletionProtection = $.deletionProtection;
        this.deregistrationSeconds = $.deregistrationSeconds;
        this.failover = $.failover;
        this.gatewayPort = $.gatewayPort;
        this.gatewayTls = $.gatewayTls;
        this.grpc = $.grpc;
        this.healthCheckPath = $.healthCheckPath;
        this.healthCheckPort = $.healthCheckPort;
        this.idleTimeoutSeconds = $.idleTimeoutSeconds;
        this.internal = $.internal;
        this.signIn = $.signIn;
        this.tlsPolicy = $.tlsPolicy;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(ServingLoadBalancerOptionsArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private ServingLoadBalancerOptionsArgs $;

        public Builder() {
            $ = new ServingLoadBalancerOptionsArgs();
        }

        public Builder(ServingLoadBalancerOptionsArgs defaults) {
            $ = new ServingLoadBalancerOptionsArgs(Objects.requireNonNull(defaults));
        }

        public Builder allowedCidrs(@Nullable List<String> allowedCidrs) {
            $.allowedCidrs = allowedCidrs;
            return this;
        }

        public Builder allowedCidrs(String... allowedCidrs) {
            return allowedCidrs(List.of(allowedCidrs));
        }

        public Builder alternativeNames(@Nullable List<String> alternativeNames) {
            $.alternativeNames = alternativeNames;
            return this;
        }

        public Builder alternativeNames(String... alternativeNames) {
            return alternativeNames(List.of(alternativeNames));
        }

        public Builder deletionProtection(@Nullable Boolean deletionProtection) {
            $.deletionProtection = deletionProtection;
            return this;
        }

        public Builder deregistrationSeconds(@Nullable Integer deregistrationSeconds) {
            $.deregistrationSeconds = deregistrationSeconds;
            return this;
        }

        public Builder failover(@Nullable FailoverConfigArgs failover) {
            $.failover = failover;
            return this;
        }

        public Builder gatewayPort(@Nullable Integer gatewayPort) {
            $.gatewayPort = gatewayPort;
            return this;
        }

        public Builder gatewayTls(@Nullable Boolean gatewayTls) {
            $.gatewayTls = gatewayTls;
            return this;
        }

        public Builder grpc(@Nullable Boolean grpc) {
            $.grpc = grpc;
            return this;
        }

        public Builder healthCheckPath(@Nullable String healthCheckPath) {
            $.healthCheckPath = healthCheckPath;
            return this;
        }

        public Builder healthCheckPort(@Nullable Integer healthCheckPort) {
            $.healthCheckPort = healthCheckPort;
            return this;
        }

        public Builder idleTimeoutSeconds(@Nullable Integer idleTimeoutSeconds) {
            $.idleTimeoutSeconds = idleTimeoutSeconds;
            return this;
        }

        public Builder internal(@Nullable Boolean internal) {
            $.internal = internal;
            return this;
        }

        public Builder signIn(@Nullable SignInConfigArgs signIn) {
            $.signIn = signIn;
            return this;
        }

        public Builder tlsPolicy(@Nullable TlsPolicy tlsPolicy) {
            $.tlsPolicy = tlsPolicy;
            return this;
        }

        public ServingLoadBalancerOptionsArgs build() {
            return $;
        }
    }

}
