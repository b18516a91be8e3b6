#include "admin/receipt_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

namespace consign::admin {

namespace fs = std::filesystem;

namespace {

/// Far more than a receipt, a signature or a list of keys has.
constexpr std::size_t file_limit_bytes = std::size_t{1} << 20;

Outcome<std::string> content_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string content(file_limit_bytes, '\0');
    if (!stream) return failed(fmt::format("{} cannot be read", file.string()));
    stream.read(content.data(), static_cast<std::streamsize>(content.size()));
    if (stream.bad()) return failed(fmt::format("{} cannot be read", file.string()));
    content.resize(static_cast<std::size_t>(stream.gcount()));
    return content;
}

Outcome<> write(const fs::path& file, std::string_view content) {
    std::ofstream stream(file, std::ios::binary | std::ios::trunc);
    stream.write(content.data(), static_cast<std::streamsize>(content.size()));
    stream.close();
    if (!stream) return failed(fmt::format("{} cannot be written", file.string()));
    return {};
}

/// In a line of a .pub file, or of allowed_signers, where names and options come before the key.
std::optional<Ed25519PublicKey> key_in(std::string_view line) {
    constexpr std::string_view algorithm = "ssh-ed25519 ";
    if (line.starts_with('#')) return std::nullopt;
    const std::size_t at = line.find(algorithm);
    if (at == std::string_view::npos || (at > 0 && line[at - 1] != ' ' && line[at - 1] != '\t'))
        return std::nullopt;
    return from_ssh_public_key(line.substr(at));
}

Outcome<std::vector<Ed25519PublicKey>> keys_in(const fs::path& file) {
    const auto content = content_of(file);
    if (!content) return std::unexpected(content.error());
    std::istringstream lines(*content);
    std::vector<Ed25519PublicKey> keys;
    for (std::string line; std::getline(lines, line);)
        if (const auto key = key_in(line)) keys.push_back(*key);
    if (keys.empty())
        return failed(
            fmt::format("{} holds no public key such as `ssh-ed25519 AAAA...`", file.string()));
    return keys;
}

}  // namespace

Outcome<> write_receipt(const fs::path& folder, const ReceiptFiles& files) {
    // It becomes a file's name.
    if (!desk::sequence_in_receipt_id(files.id)) return failed("the answer has no receipt's id");
    std::error_code wrong;
    fs::create_directories(folder, wrong);
    if (wrong)
        return failed(fmt::format("{} cannot be made: {}", folder.string(), wrong.message()));
    const std::string name = files.id + ".json";
    for (const auto& [file, content] :
         {std::pair(name, files.text), std::pair(name + ".sig", files.signature),
          std::pair(files.id + ".html", files.page)})
        if (auto written = write(folder / file, content); !written) return written;
    const fs::path signers = folder / allowed_signers_file;
    std::string lines;
    if (fs::exists(signers, wrong)) {
        auto before = content_of(signers);
        if (!before) return std::unexpected(before.error());
        lines = *std::move(before);
        if (!lines.empty() && !lines.ends_with('\n')) lines += '\n';
    }
    if (lines.find(files.allowed_signers) == std::string::npos) lines += files.allowed_signers;
    return write(signers, lines);
}

Outcome<HeldReceipt> read_held_receipt(const fs::path& file, const fs::path& signature) {
    const auto text = content_of(file);
    if (!text) return std::unexpected(text.error());
    const auto armour = content_of(signature);
    if (!armour) return std::unexpected(armour.error());
    auto read = desk::read_receipt(*text);
    if (!read)
        return failed(fmt::format(
            "{} is no receipt and no certificate of this version, or was changed", file.string()));
    const auto signer = desk::receipt_signed_by(*text, *armour);
    if (!signer)
        return failed(
            fmt::format("{} does not verify: {} is no signature of exactly these bytes, as a {}",
                        file.string(), signature.string(),
                        read->kind == desk::ReceiptKind::destruction ? "certificate" : "receipt"));
    const auto* const named = read->fields.if_contains("witness");
    if (const std::string signs = ssh_fingerprint(*signer);
        !named || !named->is_string() || named->get_string() != signs)
        return failed(
            fmt::format("{} does not verify: it names another key than {}, which signed it",
                        file.string(), signs));
    return HeldReceipt{.read = *std::move(read), .signer = *signer};
}

Outcome<std::string> trust_in(const HeldReceipt& held, const std::vector<std::string>& key_files,
                              const fs::path& beside,
                              const std::optional<Ed25519PublicKey>& site_witness) {
    const std::string fingerprint = ssh_fingerprint(held.signer);
    for (const std::string& file : key_files) {
        const auto keys = keys_in(file);
        if (!keys) return std::unexpected(keys.error());
        if (std::ranges::find(*keys, held.signer) != keys->end()) return file;
    }
    if (!key_files.empty())
        return failed(
            fmt::format("it is signed by {}, which --witness does not name", fingerprint));
    if (site_witness == held.signer) return "this site's own witness key";
    if (beside.empty())
        return failed(fmt::format(
            "it names this site's ledger, and is signed by {}, which is not this site's "
            "witness key; if it once was, name its public key with --witness",
            fingerprint));
    if (std::error_code none; fs::exists(beside, none)) {
        const auto keys = keys_in(beside);
        if (!keys) return std::unexpected(keys.error());
        if (std::ranges::find(*keys, held.signer) != keys->end())
            return fmt::format(
                "{}, which came with it: compare {} with what the site says by another way",
                beside.string(), fingerprint);
    }
    return failed(
        fmt::format("it is signed by {}, and nothing here says whose key that is: give the site's "
                    "public key with --witness",
                    fingerprint));
}

}  // namespace consign::admin
