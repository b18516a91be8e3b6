// What this machine can do at most: machine_limits FOLDER prints a line of JSON. AES-256-GCM and
// SHA-256 on one core, TCP over loopback, writes into the page cache of a folder's file system, and
// how long a small write there takes to be durable.
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <vector>

namespace consign::bench {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t crypto_block_bytes = std::size_t{64} << 10;
constexpr std::size_t io_block_bytes = std::size_t{256} << 10;
constexpr std::uint64_t total_bytes = std::uint64_t{1} << 30;
constexpr std::chrono::milliseconds crypto_time{500};
constexpr int syncs = 200;
constexpr double mib = 1 << 20;

double seconds_since(steady_clock::time_point begun) {
    return std::chrono::duration<double>(steady_clock::now() - begun).count();
}

template <class Work>
double mib_per_second(const Work& one_block) {
    std::uint64_t bytes = 0;
    const auto begun = steady_clock::now();
    while (steady_clock::now() - begun < crypto_time) {
        one_block();
        bytes += crypto_block_bytes;
    }
    return static_cast<double>(bytes) / mib / seconds_since(begun);
}

double aes_gcm() {
    std::vector<unsigned char> block(crypto_block_bytes);
    const unsigned char key[32] = {};
    const unsigned char nonce[12] = {};
    EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nullptr, key, nonce);
    const double speed = mib_per_second([&] {
        int length = 0;
        unsigned char tag[16];
        EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, nonce);
        EVP_EncryptUpdate(context, block.data(), &length, block.data(),
                          static_cast<int>(block.size()));
        EVP_EncryptFinal_ex(context, tag, &length);
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, sizeof tag, tag);
    });
    EVP_CIPHER_CTX_free(context);
    return speed;
}

double sha256() {
    const std::vector<unsigned char> block(crypto_block_bytes);
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
    const double speed =
        mib_per_second([&] { EVP_DigestUpdate(context, block.data(), block.size()); });
    EVP_MD_CTX_free(context);
    return speed;
}

double loopback() {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    const int sender = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::bind(listener, any, length) != 0 || ::listen(listener, 1) != 0 ||
        ::getsockname(listener, any, &length) != 0 || ::connect(sender, any, length) != 0)
        throw std::runtime_error("no loopback");
    const int receiver = ::accept(listener, nullptr, nullptr);
    const auto begun = steady_clock::now();
    std::thread sends([sender] {
        const std::vector<char> block(io_block_bytes);
        for (std::uint64_t sent = 0; sent < total_bytes; sent += block.size())
            if (::send(sender, block.data(), block.size(), 0) < 0) break;
        ::close(sender);
    });
    std::vector<char> block(io_block_bytes);
    while (::recv(receiver, block.data(), block.size(), 0) > 0) {
    }
    const double seconds = seconds_since(begun);
    sends.join();
    ::close(receiver);
    ::close(listener);
    return static_cast<double>(total_bytes) / mib / seconds;
}

double page_cache_write(const std::string& path) {
    const int file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    const std::vector<char> block(io_block_bytes, 1);
    const auto begun = steady_clock::now();
    for (std::uint64_t wrote = 0; wrote < total_bytes; wrote += block.size())
        if (::write(file, block.data(), block.size()) < 0)
            throw std::runtime_error("no room in " + path);
    const double seconds = seconds_since(begun);
    ::close(file);
    std::filesystem::remove(path);
    return static_cast<double>(total_bytes) / mib / seconds;
}

double sync_ms(const std::string& path) {
    const int file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    const std::vector<char> block(4096, 1);
    std::vector<double> took;
    for (int i = 0; i < syncs; ++i) {
        const auto begun = steady_clock::now();
        if (::write(file, block.data(), block.size()) < 0 || ::fdatasync(file) != 0)
            throw std::runtime_error("no room in " + path);
        took.push_back(seconds_since(begun) * 1e3);
    }
    ::close(file);
    std::filesystem::remove(path);
    std::ranges::sort(took);
    return took[took.size() / 2];
}

}  // namespace

}  // namespace consign::bench

int main(int argc, char** argv) {
    using namespace consign::bench;
    if (argc != 2) return 2;
    const std::string path = std::string(argv[1]) + "/machine-limits";
    fmt::print(
        "{{\"aes256_gcm_mib_s\":{:.0f},\"sha256_mib_s\":{:.0f},\"loopback_mib_s\":{:.0f},"
        "\"page_cache_write_mib_s\":{:.0f},\"sync_ms\":{:.3f}}}\n",
        aes_gcm(), sha256(), loopback(), page_cache_write(path), sync_ms(path));
}
