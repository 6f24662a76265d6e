using LightlyCluster.Client.Tests.Server;
using LightlyCluster.Fleet.Access;
using LightlyCluster.FleetRuns.Tests;
using LightlyCluster.Protocol.Connections;
using LightlyCluster.Protocol.V1;

[assembly: AssemblyFixture(typeof(SecureFleet))]

namespace LightlyCluster.Client.Tests.Server;

/// <summary>A coordinator with TLS, tokens of two tenants, an audit log and a data root, over an embedded store; no worker.</summary>
public sealed class SecureFleet : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-secure-").FullName;
    private readonly Dictionary<string, string> _tokens = [];
    private TestStore _store = null!;
    private ChildProcess _coordinator = null!;
    private TestCertificates _authority = null!;

    /// <summary>Address of the coordinator.</summary>
    public string Server { get; private set; } = "";

    /// <summary>Address of the dashboard.</summary>
    public string Dashboard => _coordinator.Said.Split('\n').First(line => line.StartsWith("DASHBOARD ", StringComparison.Ordinal))["DASHBOARD ".Length..].Trim();

    internal TestCertificates Authority => _authority;

    /// <summary>Folder that jobs may read.</summary>
    public string Data => Path.Combine(_folder, "data");

    /// <summary>Folder of results.</summary>
    public string Results => Path.Combine(_folder, "results");

    /// <summary>Folder for anything.</summary>
    public string Folder => _folder;

    /// <summary>PEM file of the authority of the server.</summary>
    public string TlsCa => _authority.Authority;

    /// <summary>Lines of the audit log.</summary>
    public string[] AuditLines => File.Exists(AuditFile) ? File.ReadAllLines(AuditFile) : [];

    /// <summary>Everything that was written down anywhere.</summary>
    public string Logs => _coordinator.Said + string.Join('\n', AuditLines);

    /// <summary>Every token that is known here.</summary>
    public IEnumerable<string> Tokens => _tokens.Values;

    /// <summary>Resident memory of the coordinator in bytes.</summary>
    public long CoordinatorBytes => long.Parse(File.ReadLines($"/proc/{_coordinator.Process.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;

    private string AuditFile => Path.Combine(_folder, "audit.jsonl");

    private string TokenFile => Path.Combine(_folder, "tokens");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(Data, "cats"));
        _authority = new(_folder, "fleet");
        Add("vision-submitter", "vision", Role.Submitter, TenantQuota.None);
        Add("vision-viewer", "vision", Role.Viewer, TenantQuota.None);
        Add("other", "other", Role.Submitter, TenantQuota.None);
        Add("crowd", "crowd", Role.Submitter, TenantQuota.None);
        Add("small", "small", Role.Submitter, new(Jobs: 2, Workers: 2));
        Add("slow", "slow", Role.Submitter, new(Submits: 2));
        Add("admin", "operators", Role.Admin, TenantQuota.None);
        Add("worker", "fleet", Role.Worker, TenantQuota.None);
        Add("expired", "vision", Role.Submitter, TenantQuota.None, new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _store = await TestStore.StartAsync(TestStore.Embedded, _folder);
        await StartCoordinatorAsync("127.0.0.1:0");
    }

    /// <summary>Ends the coordinator and starts it anew on the same address and store.</summary>
    public async Task RestartCoordinatorAsync()
    {
        var address = new Uri(Server).Authority;
        await _coordinator.DisposeAsync();
        await StartCoordinatorAsync(address);
    }

    /// <summary>Adds a token while the coordinator runs.</summary>
    public string Add(string key, string tenant, Role role, TenantQuota quota, DateTimeOffset? expires = null)
    {
        var token = TokenSecret.Create();
        _tokens[key] = token;
        File.AppendAllText(TokenFile, new TokenEntry(new(tenant, role, quota), Convert.ToHexStringLower(TokenSecret.Hash(token)), expires).Format() + "\n");
        return token;
    }

    /// <summary>Removes a token while the coordinator runs.</summary>
    public void Remove(string key)
    {
        var hash = Convert.ToHexStringLower(TokenSecret.Hash(_tokens[key]));
        File.WriteAllLines(TokenFile, File.ReadAllLines(TokenFile).Where(line => !line.Contains(hash, StringComparison.Ordinal)));
    }

    /// <summary>The token of a caller.</summary>
    public string TokenOf(string key) => _tokens[key];

    /// <summary>Settings of a caller; an empty key: no token.</summary>
    internal ConnectionSettings SettingsOf(string key) => new() { Token = key.Length > 0 ? _tokens[key] : "", TlsCa = TlsCa };

    /// <summary>A client for a caller.</summary>
    internal LightlyClient ClientOf(string key) => new(Server, SettingsOf(key));

    /// <summary>The raw channel of a caller.</summary>
    internal CoordinatorChannel ChannelOf(ConnectionSettings settings) => CoordinatorChannel.Open(new(Server), settings, TimeSpan.FromSeconds(30));

    /// <summary>A job that waits for workers for ever.</summary>
    internal TrainingJobSpec Job() => new() { Data = new() { Path = Path.Combine(Data, "cats") }, Method = new() { Name = "simclr" } };

    public async ValueTask DisposeAsync()
    {
        await _coordinator.DisposeAsync();
        await _store.DisposeAsync();
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartCoordinatorAsync(string listen)
    {
        Environment.SetEnvironmentVariable("Security__StreamPatience", "00:00:03");
        var (certificate, key) = _authority.IssueServer("fleet.test");
        _coordinator = ChildProcess.StartProject(
            "Coordinator", "--meta", _store.Meta, "--data", _store.Data, "--listen", listen, "--results", Results, "--token-file", TokenFile,
            "--tls-cert", certificate, "--tls-key", key, "--worker-ca", _authority.Authority, "--audit-log", AuditFile, "--data-root", Data);
        Server = await _coordinator.ReadyAsync();
    }
}
