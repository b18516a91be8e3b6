#include "storage/keyring/keyring_file.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <concepts>
#include <optional>

#include "storage/keyring/errc.hpp"

namespace consign::keyring {

namespace {

namespace json = boost::json;

constexpr std::string_view format_name = "consign keyring";
constexpr std::uint32_t version = 1;
constexpr std::array purpose_names{
    std::pair{Purpose::content, "content"}, std::pair{Purpose::name, "name"},
    std::pair{Purpose::index, "index"}, std::pair{Purpose::ledger_period, "ledger_period"},
    std::pair{Purpose::file_trace, "file_trace"}};

constexpr std::array<std::uint8_t, 32> no_salt{};  // what RFC 5869, section 2.2, means by none

std::string_view name_of(Purpose purpose) {
    return std::ranges::find(purpose_names, purpose, [](const auto& row) { return row.first; })
        ->second;
}

std::optional<Purpose> purpose_named(std::string_view name) {
    for (const auto& [purpose, known] : purpose_names)
        if (name == known) return purpose;
    return std::nullopt;
}

/// Over the values, not the JSON text: white space and the order of members are nobody's business.
Digest32 authenticate(const KeyringFile& file, const RootKeys& root) {
    Bytes canonical;
    ByteWriter writer(canonical);
    writer.string(format_name).u32(version).u32(file.next_id);
    writer.u32(static_cast<std::uint32_t>(file.keys.size()));
    for (const StoredKey& key : file.keys) {
        writer.u32(key.id).u8(static_cast<std::uint8_t>(key.purpose)).string(key.period);
        writer.u64(static_cast<std::uint64_t>(to_microseconds(key.created)));
        writer.u8(key.destroyed ? 1 : 0).raw(key.wrapped);
    }
    return evp::hmac_sha256(root.authentication, {canonical});
}

/// Takes an object's members one by one. Whatever is missing, extra, or of another type leaves
/// `failed()` true, so that a parser reads all and checks once.
class Members {
  public:
    explicit Members(const json::value& value) : object_(value.if_object()) {}

    std::string_view text(std::string_view name) {
        const json::value* const value = take(name);
        const json::string* const text = value ? value->if_string() : nullptr;
        failed_ |= text == nullptr;
        return text ? std::string_view(text->data(), text->size()) : std::string_view();
    }
    template <std::integral Integer>
    Integer number(std::string_view name) {
        const json::value* const value = take(name);
        boost::system::error_code error;
        const Integer number = value ? value->to_number<Integer>(error) : Integer{};
        failed_ |= error.failed();
        return number;
    }
    bool flag(std::string_view name) {
        const json::value* const value = take(name);
        failed_ |= !value || !value->is_bool();
        return value && value->is_bool() && value->get_bool();
    }
    template <std::size_t Size>
    std::array<std::uint8_t, Size> bytes(std::string_view name) {
        std::array<std::uint8_t, Size> fixed{};
        const auto bytes = from_hex(text(name));
        if (bytes && bytes->size() == Size)
            std::ranges::copy(*bytes, fixed.begin());
        else
            failed_ = true;
        return fixed;
    }
    const json::array& array(std::string_view name) {
        static const json::array none;
        const json::value* const value = take(name);
        const json::array* const array = value ? value->if_array() : nullptr;
        failed_ |= array == nullptr;
        return array ? *array : none;
    }
    [[nodiscard]] bool failed() const { return failed_ || !object_ || taken_ != object_->size(); }

  private:
    const json::value* take(std::string_view name) {
        const json::value* const value =
            object_ ? object_->if_contains({name.data(), name.size()}) : nullptr;
        if (value)
            ++taken_;
        else
            failed_ = true;
        return value;
    }

    const json::object* object_;
    std::size_t taken_ = 0;
    bool failed_ = false;
};

std::optional<StoredKey> decode_key(const json::value& value) {
    Members members(value);
    StoredKey key;
    key.id = members.number<KeyId>("id");
    const auto purpose = purpose_named(members.text("purpose"));
    key.period = members.text("period");
    key.created = from_microseconds(members.number<std::int64_t>("created"));
    key.destroyed = members.flag("destroyed");
    key.wrapped = members.bytes<evp::wrapped_key_bytes>("wrapped");
    if (members.failed() || !purpose) return std::nullopt;
    key.purpose = *purpose;
    return key;
}

}  // namespace

RootKeys::RootKeys(const SecretKey& root)
    : wrapping(evp::hkdf_sha256(root, no_salt, "consign keyring v1")),
      authentication(evp::hkdf_sha256(root, no_salt, "consign keyring v1 authentication")) {
    std::ranges::copy(evp::hkdf_sha256(root, no_salt, "consign keyring v1 check").bytes(),
                      check.begin());
}

std::string encode(const KeyringFile& file, const RootKeys& root) {
    std::string text = "{\n  \"format\": " + json::serialize(json::string(format_name)) +
                       ",\n  \"version\": " + std::to_string(version) + ",\n  \"check\": \"" +
                       to_hex(root.check) + "\",\n  \"next_id\": " + std::to_string(file.next_id) +
                       ",\n  \"keys\": [";
    const char* separator = "\n    ";
    for (const StoredKey& key : file.keys) {
        const json::object row{{"id", key.id},
                               {"purpose", json::string(name_of(key.purpose))},
                               {"period", json::string(key.period)},
                               {"created", to_microseconds(key.created)},
                               {"destroyed", key.destroyed},
                               {"wrapped", json::string(to_hex(key.wrapped))}};
        text += separator + json::serialize(row);
        separator = ",\n    ";
    }
    return text + "\n  ],\n  \"authentication\": \"" + to_hex(authenticate(file, root)) + "\"\n}\n";
}

Result<KeyringFile> decode(ByteView text, const RootKeys& root) {
    boost::system::error_code error;
    const std::string_view view = as_text(text);
    const json::value value = json::parse({view.data(), view.size()}, error);
    if (error) return failure(keyring_errc::damaged);
    Members members(value);
    const bool known = members.text("format") == format_name &&
                       members.number<std::uint32_t>("version") == version;
    const auto check = members.bytes<32>("check");
    KeyringFile file;
    file.next_id = members.number<KeyId>("next_id");
    bool whole = true;
    KeyId previous = 0;
    for (const json::value& row : members.array("keys")) {
        const auto key = decode_key(row);
        whole = whole && key && key->id > previous && key->id < file.next_id;
        if (!whole) break;
        previous = key->id;
        file.keys.push_back(*key);
    }
    const auto authentication = members.bytes<32>("authentication");
    if (!known || !whole || members.failed()) return failure(keyring_errc::damaged);
    if (!evp::equal_in_constant_time(authentication, authenticate(file, root)))
        return failure(check == root.check ? keyring_errc::damaged : keyring_errc::wrong_root_key);
    if (check != root.check) return failure(keyring_errc::damaged);
    return file;
}

}  // namespace consign::keyring
