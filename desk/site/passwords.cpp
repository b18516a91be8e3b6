#include "desk/site/passwords.hpp"

#include <crypt.h>
#include <sodium.h>

#include <array>
#include <boost/asio.hpp>
#include <stdexcept>
#include <vector>

#include "base/offload.hpp"
#include "desk/site/errc.hpp"

namespace consign::desk {

namespace {

void start_sodium() {
    // Once, whoever comes first; sodium_init itself may be repeated, from any thread.
    static const int started = sodium_init();
    if (started < 0) throw std::runtime_error("libsodium does not start");
}

/// crypt(3) would read a password only as far as its first NUL, and take the stump for right.
bool may_be_right(std::string_view password) {
    return !password.empty() && password.size() <= Passwords::password_limit_bytes &&
           password.find('\0') == std::string_view::npos;
}

bool matches_crypt(const std::string& hash, std::string_view password) {
    SecretBytes terminated(password.begin(), password.end());
    terminated.push_back(0);
    // 32 KiB, which hold the password as well: on the heap, and wiped.
    std::vector<crypt_data, WipingAllocator<crypt_data>> data(1);
    const char* computed =
        crypt_r(reinterpret_cast<const char*>(terminated.data()), hash.c_str(), data.data());
    // "*0" and "*1" are crypt's way to fail; neither may equal a disabled account's "*0".
    if (computed == nullptr || computed[0] == '*') return false;
    const std::string_view found(computed);
    return found.size() == hash.size() &&
           sodium_memcmp(found.data(), hash.data(), hash.size()) == 0;
}

bool matches(const std::string& hash, std::string_view password) {
    if (!may_be_right(password)) return false;
    start_sodium();
    if (hash.starts_with(crypto_pwhash_STRPREFIX))
        return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
    return matches_crypt(hash, password);
}

/// One of the places in the queue, as long as it lives.
class Place {
  public:
    explicit Place(std::atomic<std::size_t>& taken)
        : taken_(taken), number_(taken.fetch_add(1) + 1) {}
    ~Place() { taken_.fetch_sub(1); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    [[nodiscard]] std::size_t number() const { return number_; }

  private:
    std::atomic<std::size_t>& taken_;
    std::size_t number_;
};

}  // namespace

Passwords::Passwords() {
    start_sodium();
}

Passwords::~Passwords() {
    pool_.join();
}

boost::asio::awaitable<Result<bool>> Passwords::verify(std::string hash, SecretText password) {
    const Place place(waiting_);
    if (place.number() > threads + waiting_limit) co_return failure(desk_errc::overloaded);
    auto work = [&hash, &password] { return matches(hash, password.view()); };
    co_return co_await offload(pool_, work);
}

Result<std::string> Passwords::hash(const SecretText& password) {
    if (!may_be_right(password.view())) return failure(std::errc::invalid_argument);
    start_sodium();
    std::array<char, crypto_pwhash_STRBYTES> text{};
    if (crypto_pwhash_str_alg(text.data(), password.view().data(), password.view().size(),
                              crypto_pwhash_OPSLIMIT_INTERACTIVE,
                              crypto_pwhash_MEMLIMIT_INTERACTIVE,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return failure(std::errc::not_enough_memory);
    return std::string(text.data());
}

}  // namespace consign::desk
