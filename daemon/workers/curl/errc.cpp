#include "daemon/workers/curl/errc.hpp"

#include <string>

namespace consign::curl {

namespace {

class Category final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "server"; }
    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<curl_errc>(value)) {
            case curl_errc::unreachable:
                return "the server cannot be reached";
            case curl_errc::no_authorities:
                return "the file of authorities to trust (`ca`) cannot be read";
            case curl_errc::untrusted:
                return "the server's certificate is not to be trusted";
            case curl_errc::no_tls:
                return "the server speaks no TLS that will do";
            case curl_errc::login_refused:
                return "the server refused the login";
            case curl_errc::refused:
                return "the server refused";
            case curl_errc::full:
                return "the server has no room";
            case curl_errc::no_such_file:
                return "there is no such file at the server";
            case curl_errc::broken_off:
                return "the connection to the server broke off";
            case curl_errc::timed_out:
                return "the server took too long";
            case curl_errc::stopped:
                return "stopped";
            case curl_errc::too_long:
                return "the server's answer is too long";
            case curl_errc::failed:
                return "the transfer failed";
        }
        return "unknown";
    }
};

}  // namespace

const std::error_category& curl_category() {
    static const Category category;
    return category;
}

}  // namespace consign::curl
