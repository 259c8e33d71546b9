"""The configuration of Caddy: TLS for each host, who may connect, and who must sign in."""

from collections.abc import Sequence

from .spec import AUTH_HOST, StarterSpec

HTTPS_PORT = 8443
METRICS_PORT = 9180
SIGN_IN = "sign-in:4180"
_IDENTITY = ("X-Auth-Request-User", "X-Auth-Request-Email", "X-Auth-Request-Groups")
"""Headers that tell a service who signed in. Source: oauth2-proxy, documentation, "Integration", Caddy."""
_ANYWHERE = "0.0.0.0/0"


def caddyfile(spec: StarterSpec) -> str:
    """The Caddyfile.

    Certificates come from Let's Encrypt by the challenge TLS-ALPN-01, which needs port 443 alone. Requests of other
    ranges than `allowedCidrs` are aborted after the handshake, because the certificate authority has no fixed range.
    Sources: Caddy documentation, "Global options", "forward_auth"; oauth2-proxy documentation, "Integration".
    """
    contact = spec.emails[0]
    parts = [
        _block(
            "",
            [
                "admin off",
                f"email {contact}",
                f"https_port {HTTPS_PORT}",
                "http_port 8080",
                "auto_https disable_redirects",
                "persist_config off",
                "grace_period 30s",
                *_block("servers", ["protocols h1 h2", *_block("timeouts", ["read_header 15s"])]),
                *_block("metrics", ["per_host"]),
            ],
        ),
        _block(f"http://:{METRICS_PORT}", ["metrics /metrics"]),
        _block(
            f"{AUTH_HOST}.{spec.domain}",
            _route(spec, [*_forward([SIGN_IN], health="/ping")]),
        ),
        _site(spec, "files", ["files:5000"], (), health="/__dufs__/health"),
        _site(spec, "metrics", ["metrics:9090"], spec.administrators, health="/-/healthy"),
    ]
    parts += [
        _site(
            spec,
            each.name,
            [f"{each.name}:{each.port}"],
            each.groups,
            health=each.health_path,
            public=each.public,
            several=each.replicas > 1,
        )
        for each in spec.services
    ]
    return "\n".join("\n".join(part) + "\n" for part in parts)


def _site(
    spec: StarterSpec,
    name: str,
    upstreams: Sequence[str],
    groups: Sequence[str],
    *,
    health: str,
    public: bool = False,
    several: bool = False,
) -> list[str]:
    guard = [f"request_header -{header}" for header in _IDENTITY]
    if not public:
        guard += _signed_in(spec, groups)
    return _block(f"{name}.{spec.domain}", _route(spec, [*guard, *_forward(upstreams, health, several=several)]))


def _route(spec: StarterSpec, lines: Sequence[str]) -> list[str]:
    """The steps of a host, in their order; Caddy would sort them otherwise."""
    outside: list[str] = []
    if _ANYWHERE not in spec.allowed_cidrs:
        outside = [f"@outside not remote_ip {' '.join(spec.allowed_cidrs)}", "abort @outside"]
    hsts = 'header Strict-Transport-Security "max-age=31536000"'
    return _block("route", [*outside, hsts, *lines])


def _signed_in(spec: StarterSpec, groups: Sequence[str]) -> list[str]:
    query = f"?allowed_groups={','.join(groups)}" if groups else ""
    start = f"https://{AUTH_HOST}.{spec.domain}/oauth2/start?rd={{scheme}}://{{host}}{{uri}}"
    return _block(
        f"forward_auth {SIGN_IN}",
        [
            f"uri /oauth2/auth{query}",
            "header_up X-Real-IP {remote_host}",
            f"copy_headers {' '.join(_IDENTITY)}",
            "@unknown status 401",
            *_block("handle_response @unknown", [f"redir {start}"]),
        ],
    )


def _forward(upstreams: Sequence[str], health: str, *, several: bool = False) -> list[str]:
    """The upstreams. Docker's DNS gives the address of each replica of a service."""
    checks = [f"health_uri {health}", "health_interval 15s", "health_timeout 5s"] if health else []
    if several:
        host, _, port = upstreams[0].partition(":")
        found = _block("dynamic a", [f"name {host}", f"port {port}", "refresh 15s"])
        return _block("reverse_proxy", [*found, "lb_retries 2", "fail_duration 15s"])
    return _block(f"reverse_proxy {' '.join(upstreams)}", checks) if checks else [f"reverse_proxy {upstreams[0]}"]


def _block(head: str, lines: Sequence[str]) -> list[str]:
    return [f"{head} {{".lstrip(), *(f"\t{line}" for line in lines), "}"]
