#include "desk/wire_name.hpp"

#include <iconv.h>

#include <memory>
#include <stdexcept>

namespace consign::desk {

namespace {

constexpr const char* tree = "UTF-8";
/// No character of these charsets takes more bytes in UTF-8.
constexpr std::size_t growth_limit = 3;

/// iconv_t is a pointer whose type nobody tells.
struct CloseConversion {
    void operator()(void* conversion) const { ::iconv_close(conversion); }
};

std::string converted(std::string_view name, const char* from, const char* to) {
    const std::unique_ptr<void, CloseConversion> conversion(::iconv_open(to, from));
    if (conversion.get() == reinterpret_cast<void*>(-1))
        throw std::runtime_error("the C library does not have a charset of the policy language");
    std::string in(name);
    std::string out(name.size() * growth_limit, '\0');
    char* read = in.data();
    char* written = out.data();
    std::size_t left = in.size();
    std::size_t room = out.size();
    // Also where it would take another character for one that it does not have.
    if (::iconv(conversion.get(), &read, &left, &written, &room) != 0) return std::string(name);
    out.resize(out.size() - room);
    return out;
}

}  // namespace

std::string from_wire(policy::FilenameCharset charset, std::string_view name) {
    if (charset == policy::FilenameCharset::utf_8) return std::string(name);
    return converted(name, std::string(name_of(charset)).c_str(), tree);
}

std::string to_wire(policy::FilenameCharset charset, std::string_view name) {
    if (charset == policy::FilenameCharset::utf_8) return std::string(name);
    return converted(name, tree, std::string(name_of(charset)).c_str());
}

}  // namespace consign::desk
