#include "daemon/workers/delivery/errc.hpp"

#include <string>

namespace consign::delivery {

namespace {

class Category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "delivery"; }
    std::string message(int code) const override {
        switch (static_cast<delivery_errc>(code)) {
            case delivery_errc::unreachable:
                return "the target cannot be reached";
            case delivery_errc::wrong_host_key:
                return "the target's key is not the one that the policy names";
            case delivery_errc::untrusted:
                return "the target's certificate is not to be trusted";
            case delivery_errc::no_authorities:
                return "the file of authorities to trust (`ca`) cannot be read";
            case delivery_errc::no_folder:
                return "the target's folder is not there, or cannot be opened";
            case delivery_errc::login_refused:
                return "the target refuses the login";
            case delivery_errc::no_credential:
                return "the key or password to log in with cannot be read";
            case delivery_errc::not_carried_out:
                return "this version does not speak the target's protocol";
            case delivery_errc::connection_lost:
                return "the connection was lost";
            case delivery_errc::timed_out:
                return "the target did not answer in time";
            case delivery_errc::stopped:
                return "stopped";
            case delivery_errc::refused:
                return "the target refuses it";
            case delivery_errc::read_only:
                return "the target's folder is read-only for the daemon";
            case delivery_errc::no_such_name:
                return "there is no such name at the target";
            case delivery_errc::taken:
                return "the name is taken at the target";
            case delivery_errc::full:
                return "the target has no room";
            case delivery_errc::no_room_here:
                return "a file is larger than the room that is left here";
            case delivery_errc::far_end_failed:
                return "the target failed";
            case delivery_errc::unverified:
                return "what arrived at the target is not what was sent";
            case delivery_errc::changed:
                return "the file at the target is not as it was listed";
            case delivery_errc::too_many_names:
                return "the folder at the target holds too many names";
            case delivery_errc::tells_too_little:
                return "the target has neither MLSD nor SIZE and MDTM, which pulls need";
        }
        return "unknown delivery error";
    }
};

bool is_between(std::error_code error, delivery_errc first, delivery_errc last) {
    return error.category() == make_error_code(first).category() &&
           error.value() >= static_cast<int>(first) && error.value() <= static_cast<int>(last);
}

}  // namespace

std::error_code make_error_code(delivery_errc code) {
    static const Category category;
    return {static_cast<int>(code), category};
}

bool is_of_target(std::error_code error) {
    return is_between(error, delivery_errc::unreachable, delivery_errc::not_carried_out);
}

bool is_of_connection(std::error_code error) {
    return is_between(error, delivery_errc::connection_lost, delivery_errc::stopped);
}

bool is_of_one_file(std::error_code error) {
    return !is_of_target(error) && !is_of_connection(error);
}

}  // namespace consign::delivery
