#include "admin/sample_site.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace consign::admin {

namespace {

// A JSON string is a YAML string, too.
std::string quoted(std::string_view text) {
    return boost::json::serialize(boost::json::string(text));
}

}  // namespace

std::string sample_server(std::string_view site, std::string_view data) {
    return fmt::format(
        R"(# The server itself. docs/policy.md explains every key. After a change: consign check
version: 1

# Named in banners.
site: {}

# Where everything is kept, sealed. Nobody but the daemon's user may enter it.
data: {}

# The accounts and routes: read in name order, checked as one. Relative to this file.
policy: policy.d/*.yaml

# For dates in routes, and for an account's last day.
zone: UTC

keys:
  # Without this key, nothing in the data folder can be read: keep a copy in a safe.
  # With systemd, credential:consign-root takes its place.
  root: file:keys/root.key
  # Signs the ledger's checkpoints. Give keys/witness.pub to your auditor.
  witness: file:keys/witness.key

listeners:
  - name: sftp
    protocol: sftp
    bind: "[::]:2022"
    host_keys: [keys/ssh_host_ed25519_key, keys/ssh_host_ecdsa_key, keys/ssh_host_rsa_key]
    # modern | compatible | legacy
    algorithms: modern
# For FTPS, with a certificate and its key (docs/ftps.md tells how to make one to try with):
# - name: ftps
#   protocol: ftps
#   bind: "[::]:2121"
#   tls: explicit
#   certificate: tls/server.pem
#   private_key: tls/server.key
#   passive: {{ports: 50000-50100}}

# The whole store is read again and again at this pace, so that damage is found while a backup
# has it still.
scrub: {{rate: 16 MiB/s, every: 7 days}}

limits:
  sessions: 4000
  sessions_per_account: 16
  sessions_per_address: 64
  login_time: 30 seconds
  idle_time: 15 minutes
  # How long an upload that broke off can be resumed.
  unfinished_uploads_kept: 24 hours

# A file that is closed under such a name is no deposit yet: renaming it is.
temporary_names: ["*.tmp", "*.part", "*.filepart"]
)",
        quoted(site), quoted(data));
}

std::string_view sample_accounts() {
    return R"(# Who may log in, and what they may do. Paths are relative to the account's home.
version: 1

accounts:
  # A laboratory: it deposits, and sees nothing of what others deposit.
  lab-example:
    name: Example laboratory
    # Placeholder: put the laboratory's own key below, then remove this line.
    enabled: false
    home: /labs/lab-example
    login:
      any_of: [publickey]
      keys:
        - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICxwb7Bc1h9q/ET+bjCbzF+exnXM0u411XtdsxImPFlA placeholder
      # Or with a password, made by `consign hash-password`:
      # any_of: [publickey, password]
      # password: $argon2id$...
    # Only from these addresses (anywhere, where the key is left out):
    # from: [192.0.2.0/24]
    grants:
      - path: /in/**
        may: [list, upload, rename, mkdir]

  # A partner: it collects what the routes put into its folder.
  partner-example:
    name: Example partner
    # Placeholder: put the partner's own key below, then remove this line.
    enabled: false
    home: /partners/partner-example
    login:
      any_of: [publickey]
      keys:
        - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDf81rS3o7tKZ1vLC2cBP/oJ0vxYv3JQgSZqInH0hFPG placeholder
    grants:
      - path: /out/**
        may: [list, download, delete]
)";
}

std::string_view sample_routes() {
    return R"(# Where a deposit goes: the first route that matches takes it. Paths are of the whole tree.
version: 1

# What is kept, why, and how long. Without a class, content dies with its last name.
classes:
  example-transit:
    purpose: Transport of results
    legal_basis: RGPD art. 6.1.c
    recipients: The partner that a result is for
    keep: 30 days

routes:
  - name: lab-example-to-partner-example
    when:
      path: /labs/lab-example/in/**
      name: "*.hl7"
    class: example-transit
    to:
      # Another name on the same sealed file: no byte is copied.
      - copy: /partners/partner-example/out/{name}
)";
}

}  // namespace consign::admin
