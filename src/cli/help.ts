import { description, homepage, version } from "../../package.json";

/** The version, as `--version` prints it. */
export const VERSION_TEXT = `notation-azure-kv ${version}\n`;

/** What `--help`, and no command at all, print. */
export const HELP_TEXT = `notation-azure-kv ${version}
${description}

You rarely run this program yourself: Notation does.

  notation plugin install --file notation-azure-kv_${version}_<os>_<arch>.tar.gz
  notation sign <image> --plugin azure-kv --id <key identifier> [--plugin-config <key>=<value>]...

Key identifier:
  https://<vault>.vault.azure.net/keys/<name>/<version>
  Certificate ids (/certificates/...), ids without a version and with a trailing slash are taken too.

Plugin config:
  credential_type  environment, workloadid, managedid or azurecli; default: the Azure SDK's default chain
  client_id        client id of a user-assigned managed identity or of a workload identity
  ca_certs         file with the CA certificates (PEM, DER or PKCS#7), where the vault holds the leaf alone
  cert_chain       file with all certificates, for a key that has none in the vault, or of a Managed HSM
  self_signed      true: the certificate is self-signed and is read with certificates get alone
  timeout          seconds that each call may take in all; default: 60

Environment:
  HTTPS_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS   the way to Azure, and whom to trust on it
  NOTATION_AZURE_KV_LOG, AZURE_LOG_LEVEL       a file to log to, and error, warning, info or verbose
  NOTATION_AZURE_KV_CACHE=off                  remembers nothing from one signing to the next

Permissions in the vault:
  keys sign, certificates get (not needed with cert_chain), secrets get (not needed with ca_certs, cert_chain or a
  self-signed certificate), or the roles Key Vault Crypto User and Key Vault Certificate User.

Commands for people:
  check --id <key identifier> [--plugin-config <key>=<value>]... [--output text|json]
                   tries all that signing needs, and says what is wrong and how to mend it; ends with 0 only if
                   signing would work
  certs --id <key identifier> [--plugin-config <key>=<value>]... [--fetch-issuers] [--root]
                   prints the certificate chain as PEM, leaf to root, for a look or for a file for ca_certs
  --fetch-issuers  gets the CA certificates that are missing from where the certificates say that they are
  --root           the root alone, as \`notation cert add\` takes it

Commands of the plugin contract 1.0 (request: JSON on stdin, response: JSON on stdout, error: JSON on stderr):
  get-plugin-metadata
  describe-key
  generate-signature

Options:
  --help, -h       this text
  --version, -v    the version

${homepage}
`;
