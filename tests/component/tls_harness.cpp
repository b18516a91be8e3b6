#include "tls_harness.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <fstream>

#include "temporary_folder.hpp"

namespace consign::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using ftps::TlsContext;
using ftps::TlsStream;

namespace {

const char* const hostile_configuration = R"(
openssl_conf = start
[start]
ssl_conf = ssl
[ssl]
system_default = hostile
[hostile]
MinProtocol = TLSv1.3
MaxProtocol = TLSv1.3
CipherString = AES128-SHA:@SECLEVEL=5
Ciphersuites = TLS_AES_128_CCM_SHA256
Groups = P-521
SignatureAlgorithms = RSA+SHA512
Options = -SessionTicket,-ServerPreference,UnsafeLegacyRenegotiation
VerifyMode = Require
)";

constexpr const char* make_files = R"(
new() { name=$1 key=$2 days=$3; shift 3
  openssl req -newkey $key -nodes -keyout $name.key -out $name.csr -subj "/O=Bürgerspital/CN=$name" -utf8 \
    && openssl x509 -req -in $name.csr -days $days -out $name.pem "$@" && chmod 600 $name.key; }
ec="ec -pkeyopt ec_paramgen_curve:P-256"
set -e
unset OPENSSL_CONF
printf 'basicConstraints=critical,CA:TRUE\n' > ca.ext
for ca in ca other_ca; do new $ca "$ec" 30 -signkey $ca.key -extfile ca.ext; done
new rsa rsa:2048 30 -signkey rsa.key
new ecdsa "$ec" 30 -signkey ecdsa.key
new rsa1024 rsa:1024 30 -signkey rsa1024.key
new expired "$ec" -1 -signkey expired.key
new good "$ec" 30 -CA ca.pem -CAkey ca.key -CAcreateserial
new stranger "$ec" 30 -CA other_ca.pem -CAkey other_ca.key -CAcreateserial
new late "$ec" -1 -CA ca.pem -CAkey ca.key -CAcreateserial
openssl pkey -in rsa.key -aes128 -passout pass:secret -out encrypted.key && chmod 600 encrypted.key
)";

struct Folder : TemporaryFolder {
    Folder() {
        std::ofstream(path() / "hostile.cnf") << hostile_configuration;
        // Before OpenSSL's first use, which reads it.
        ::setenv("OPENSSL_CONF", (path() / "hostile.cnf").c_str(), 1);
        std::ofstream(path() / "make.sh") << make_files;
        const auto made = run("cd " + path().string() + " && sh make.sh");
        if (made.exit_code != 0) throw std::runtime_error(made.output);
    }
};

const Folder& folder() {
    static const Folder made;
    return made;
}

/// Made before the first case.
struct FilesFirst {
    FilesFirst() { static_cast<void>(folder()); }
};
BOOST_TEST_GLOBAL_FIXTURE(FilesFirst);

int connected_socket(int port) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("connect");
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const int yes = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return descriptor;
}

}  // namespace

std::filesystem::path tls_file(const std::string& name) {
    return folder().path() / name;
}

Outcome run(const std::string& command) {
    // SIGPIPE from a client that has gone is the command's own affair.
    FILE* pipe = ::popen(("exec 2>&1; timeout -k 1 20 sh -c '" + command + "'").c_str(), "r");
    Outcome outcome;
    std::array<char, 4096> block{};
    while (const std::size_t got = std::fread(block.data(), 1, block.size(), pipe))
        outcome.output.append(block.data(), got);
    const int status = ::pclose(pipe);
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
}

Id id_of(std::uint8_t number) {
    std::array<std::uint8_t, Id::size_bytes> bytes{};
    bytes.back() = number;
    return Id(bytes);
}

std::shared_ptr<const TlsContext> context_of(AlgorithmProfile profile, const std::string& name,
                                             bool client_ca) {
    TlsContext::Options options{.certificate = tls_file(name + ".pem"),
                                .private_key = tls_file(name + ".key"),
                                .client_ca = std::nullopt,
                                .profile = profile};
    if (client_ca) options.client_ca = tls_file("ca.pem");
    auto context = TlsContext::load(options);
    if (!context) throw std::system_error(context.error());
    return *context;
}

TlsClient::TlsClient(int port, const Options& options)
    : context_(SSL_CTX_new(TLS_client_method())), descriptor_(connected_socket(port)) {
    SSL_CTX* context = context_.get();
    SSL_CTX_clear_options(context, SSL_CTX_get_options(context));
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    std::string groups = options.groups;
    if (SSL_CTX_set_min_proto_version(context, options.oldest) != 1 ||
        SSL_CTX_set_max_proto_version(context, options.newest) != 1 ||
        SSL_CTX_set_cipher_list(context, options.suites.c_str()) != 1 ||
        SSL_CTX_set_ciphersuites(context, options.suites13.c_str()) != 1 ||
        SSL_CTX_set1_groups_list(context, groups.data()) != 1)
        throw std::logic_error("the client's options");
    std::string signatures =
        "RSA+SHA256:ECDSA+SHA256:RSA-PSS+SHA256:ed25519:RSA+SHA1:ECDSA+SHA1:RSA+SHA512";
    static_cast<void>(SSL_CTX_set1_sigalgs_list(context, signatures.data()));
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(context, keep_ticket);
    if (!options.tickets) SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    if (!options.certificate.empty() &&
        (SSL_CTX_use_certificate_chain_file(context,
                                            tls_file(options.certificate + ".pem").c_str()) != 1 ||
         SSL_CTX_use_PrivateKey_file(context, tls_file(options.certificate + ".key").c_str(),
                                     SSL_FILETYPE_PEM) != 1))
        throw std::logic_error("the client's certificate");

    ssl_.reset(SSL_new(context));
    SSL_set_app_data(ssl(), this);
    SSL_set_fd(ssl(), descriptor_);
    SSL_set_connect_state(ssl());
    // A copy, since OpenSSL's client uses each TLS 1.3 session, and each that a refusal has spoilt,
    // but once.
    if (options.session != nullptr)
        SSL_set_session(ssl(), Session(SSL_SESSION_dup(options.session)).get());
    if (!options.alpn.empty())
        SSL_set_alpn_protos(ssl(), as_bytes(options.alpn).data(),
                            static_cast<unsigned>(options.alpn.size()));
}

TlsClient::~TlsClient() {
    reset_or_close(false);
}

int TlsClient::keep_ticket(SSL* ssl, SSL_SESSION* session) {
    static_cast<TlsClient*>(SSL_get_app_data(ssl))->newest_.reset(session);
    return 1;
}

bool TlsClient::handshake() {
    ERR_clear_error();
    return SSL_do_handshake(ssl()) == 1;
}

bool TlsClient::write(ByteView bytes) {
    ERR_clear_error();
    std::size_t written = 0;
    return bytes.empty() || (SSL_write_ex(ssl(), bytes.data(), bytes.size(), &written) == 1);
}

Bytes TlsClient::read(std::size_t size) {
    Bytes bytes(size);
    std::size_t count = 0, got = 0;
    ERR_clear_error();
    while (count < size && SSL_read_ex(ssl(), bytes.data() + count, size - count, &got) == 1)
        count += got;
    bytes.resize(count);
    return bytes;
}

bool TlsClient::reads_close_notify() {
    std::uint8_t byte = 0;
    std::size_t got = 0;
    ERR_clear_error();
    const int read = SSL_read_ex(ssl(), &byte, 1, &got);
    return read != 1 && SSL_get_error(ssl(), read) == SSL_ERROR_ZERO_RETURN;
}

Session TlsClient::session() {
    if (newest_) {
        SSL_SESSION_up_ref(newest_.get());
        return Session(newest_.get());
    }
    return Session(SSL_get1_session(ssl()));
}

Bytes TlsClient::seal(ByteView bytes) {
    SSL_set0_wbio(ssl(), BIO_new(BIO_s_mem()));
    if (!write(bytes)) throw std::logic_error("seal");
    return sealed();
}

Bytes TlsClient::seal_close_notify() {
    SSL_set0_wbio(ssl(), BIO_new(BIO_s_mem()));
    SSL_shutdown(ssl());
    return sealed();
}

Bytes TlsClient::sealed() {
    const std::uint8_t* start = nullptr;
    const long size = BIO_get_mem_data(SSL_get_wbio(ssl()), &start);
    Bytes bytes(start, start + size);
    SSL_set0_wbio(ssl(), BIO_new_socket(descriptor_, BIO_NOCLOSE));
    return bytes;
}

void TlsClient::send_raw(ByteView bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) throw std::runtime_error("send");
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
}

void TlsClient::end_sending() {
    ::shutdown(descriptor_, SHUT_WR);
}

void TlsClient::reset() {
    reset_or_close(true);
}

void TlsClient::reset_or_close(bool reset) {
    if (descriptor_ < 0) return;
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    if (reset) ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(descriptor_);
    descriptor_ = -1;
}

TlsServer::TlsServer()
    : strand_(asio::make_strand(io_)),
      work_(io_.get_executor()),
      acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
      port_(acceptor_.local_endpoint().port()),
      thread_([this] { io_.run(); }) {}

TlsServer::~TlsServer() {
    work_.reset();
    io_.stop();
    thread_.join();
}

std::unique_ptr<TlsStream> TlsServer::accept(std::shared_ptr<const TlsContext> context,
                                             const TlsStream::Options& options) {
    return std::make_unique<TlsStream>(std::move(context), tcp::socket(acceptor_.accept(strand_)),
                                       options);
}

Connection connect(TlsServer& server, std::shared_ptr<const TlsContext> context,
                   const TlsStream::Options& stream_options,
                   const TlsClient::Options& client_options) {
    Connection connection;
    connection.client = std::make_unique<TlsClient>(server.port(), client_options);
    connection.stream = server.accept(std::move(context), stream_options);
    auto handshake = server.start(connection.stream->handshake());
    connection.client_done = connection.client->handshake();
    if (!connection.client_done) connection.client->end_sending();
    connection.server = handshake.get();
    return connection;
}

Bytes pattern(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t at = 0; at < size; ++at)
        bytes[at] = static_cast<std::uint8_t>((at * 0x9E3779B97F4A7C15ULL) >> 56);
    return bytes;
}

std::size_t resident_bytes() {
    std::size_t pages = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace consign::test
