#include "large_policy.hpp"

#include <fmt/format.h>

#include <fstream>
#include <random>

#include "base/bytes.hpp"
#include "base/evp.hpp"

namespace consign::bench {

namespace {

void write_file(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

/// RFC 8709: the name, then 32 bytes; any do.
std::string public_key(std::mt19937& random) {
    Bytes blob{0, 0, 0, 11};
    for (const char letter : std::string_view("ssh-ed25519"))
        blob.push_back(static_cast<std::uint8_t>(letter));
    blob.insert(blob.end(), {0, 0, 0, 32});
    for (int index = 0; index < 32; ++index)
        blob.push_back(static_cast<std::uint8_t>(random() & 0xff));
    return "ssh-ed25519 " + evp::base64(blob);
}

constexpr std::string_view server = R"(version: 1
site: depot.example
data: data
policy: policy.d/*.yaml
zone: Europe/Paris
keys: {root: file:root.key}
listeners:
  - {name: sftp, protocol: sftp, bind: "127.0.0.1:2022", host_keys: [host_key]}
)";

constexpr std::string_view first = R"(version: 1
classes:
  biology-report:
    purpose: Transmission des comptes rendus de biologie médicale
    legal_basis: CSP L.1142-28
    recipients: Prescripteurs et établissements de soins
    keep: 10 years
groups:
  labs:
    protocols: [sftp]
    grants:
      - {path: /in/**, may: [upload]}
      - {path: /acks/**, may: [list, download, delete]}
    quota: {bytes: 50 GiB, files: 200000, file: 4 GiB}
)";

std::string account(int number, std::mt19937& random) {
    return fmt::format(
        "  {0}:\n    name: Laboratoire {1}\n    group: labs\n    home: /labs/{1:05}\n"
        "    login: {{any_of: [publickey], keys: [{2}]}}\n"
        "    from: [10.{3}.{4}.0/24]\n    claims: [LAB{1:05}]\n",
        account_id(number), number, public_key(random), number / 250, number % 250);
}

std::string route(int number) {
    return fmt::format(
        "  - name: results-for-hospital-{0:03}\n    when:\n      path: /labs/*/in/**\n"
        "      name: \"*.{{hl7,hl7.gz}}\"\n      ignore_case: true\n"
        "      hl7: {{message_type: \"ORU^R01\", receiving_facility: HOSPITAL{0:03}}}\n"
        "    class: biology-report\n    to: [{{copy: \"/labs/00000/{0:03}/{{date}}/{{name}}\"}}]\n",
        number);
}

}  // namespace

std::string account_id(int number) {
    return fmt::format("lab-{:05}", number);
}

std::string result_for(int account, int route) {
    return fmt::format(
        "MSH|^~\\&|LIS|LAB{0:05}|HIS|HOSPITAL{1:03}|20261124120000||ORU^R01^ORU_R01|{0}|P|2.5\r"
        "PID|1||{0}^^^LAB{0:05}^PI||TEST^ALICE||19800101|F\r"
        "OBR|1|1||GLU^Glucose\rOBX|1|NM|GLU^Glucose||5.1|mmol/L|||||F\r",
        account, route);
}

void write(const LargePolicy& policy, const std::filesystem::path& folder) {
    std::mt19937 random(1);  // NOLINT: the same policy each time
    write_file(folder / "consign.yaml", std::string(server));
    write_file(folder / "policy.d/10-first.yaml", std::string(first));
    for (int file = 0; file < policy.files; ++file) {
        std::string text = "version: 1\naccounts:\n";
        const int from = policy.accounts * file / policy.files;
        const int up_to = policy.accounts * (file + 1) / policy.files;
        for (int number = from; number < up_to; ++number) text += account(number, random);
        write_file(folder / fmt::format("policy.d/20-accounts-{:02}.yaml", file), text);
    }
    std::string text = "version: 1\nroutes:\n";
    for (int number = 0; number < policy.routes; ++number) text += route(number);
    write_file(folder / "policy.d/30-routes.yaml", text);
}

}  // namespace consign::bench
