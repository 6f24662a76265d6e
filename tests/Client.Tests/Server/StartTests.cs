using LightlyCluster.Client.Tests.Commands;
using LightlyCluster.Fleet.Access;
using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Client.Tests.Server;

/// <summary>A coordinator whose settings are not safe does not start, and says which.</summary>
public sealed class StartTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public static TheoryData<string[], string> UnsafeSettings() => new()
    {
        { ["--listen", "0.0.0.0:0"], "--token-file" },
        { ["--listen", "0.0.0.0:0", "--token-file", "TOKENS"], "--tls-cert" },
        { ["--listen", "127.0.0.1:0", "--insecure", "--token-file", "TOKENS"], "keep one" },
        { ["--listen", "127.0.0.1:0", "--worker-ca", "TOKENS"], "--token-file" },
        { ["--listen", "127.0.0.1:0", "--token-file", "missing"], "missing" },
        { ["--listen", "127.0.0.1:0", "--token-file", "BROKEN"], "line 2" },
        { ["--listen", "127.0.0.1:0", "--tls-cert", "TOKENS"], "--tls-cert" },
    };

    [Theory]
    [MemberData(nameof(UnsafeSettings))]
    public async Task Unsafe_settings_are_refused_with_what_to_do(string[] flags, string expected)
    {
        var store = await TestStore.StartAsync(TestStore.Redis, _folder["store"]);
        await using var running = store;
        var tokens = _folder.Write("tokens", $"vision viewer sha256:{new string('0', 64)}\n");
        var broken = _folder.Write("broken", "# first\nvision viewer lct_this-is-a-token\n");
        string[] arguments = [.. flags.Select(flag => flag.Replace("TOKENS", tokens, StringComparison.Ordinal).Replace("BROKEN", broken, StringComparison.Ordinal))];

        await using var coordinator = ChildProcess.StartProject("Coordinator", ["--meta", store.Meta, "--data", store.Data, .. arguments]);
        await coordinator.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        coordinator.Process.WaitForExit();

        coordinator.Process.ExitCode.ShouldBe(2, coordinator.Said);
        coordinator.Said.ShouldContain(expected);
        coordinator.Said.ShouldNotContain("lct_this-is-a-token");
        coordinator.Said.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task What_is_said_explicitly_starts_and_warns_loudly()
    {
        await using var store = await TestStore.StartAsync(TestStore.Redis, _folder["store"]);
        await using var coordinator = ChildProcess.StartProject("Coordinator", "--meta", store.Meta, "--data", store.Data, "--listen", "0.0.0.0:0", "--insecure");

        await coordinator.ReadyAsync();

        await coordinator.SaysAsync("INSECURE: this coordinator listens on 0.0.0.0");
    }

    [Fact]
    public async Task A_request_in_the_name_of_another_host_is_refused()
    {
        await using var store = await TestStore.StartAsync(TestStore.Redis, _folder["store"]);
        await using var coordinator = ChildProcess.StartProject("Coordinator", "--meta", store.Meta, "--data", store.Data, "--listen", "127.0.0.1:0");
        var address = await coordinator.ReadyAsync();
        using var http = new HttpClient();

        async Task<string> StatusAsync(string host)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{address}/lightlycluster.v1.TrainingJobService/ListTrainingJobs")
            {
                Version = new Version(2, 0),
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ByteArrayContent(new byte[5]) { Headers = { ContentType = new("application/grpc") } },
            };
            request.Headers.Host = host;
            request.Headers.Add("TE", "trailers");
            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            return response.TrailingHeaders.Concat(response.Headers).First(header => header.Key == "grpc-status").Value.First();
        }

        (await StatusAsync("localhost")).ShouldBe("0");
        (await StatusAsync("evil.example:80")).ShouldBe($"{(int)Grpc.Core.StatusCode.PermissionDenied}");
    }

    [Fact]
    public async Task A_request_is_known_after_a_restart_of_the_coordinator()
    {
        await using var fleet = new SecureFleet();
        await fleet.InitializeAsync();
        using var client = fleet.ClientOf("vision-submitter");
        var stop = TestContext.Current.CancellationToken;
        var first = await client.CreateAsync("once", fleet.Job(), stop, "the-request");

        await fleet.RestartCoordinatorAsync();
        var again = await client.CreateAsync("once", fleet.Job(), stop, "the-request");

        again.Id.ShouldBe(first.Id);
    }

    [Fact]
    public async Task The_store_may_ask_for_TLS_a_user_and_a_password_that_nobody_reads_anywhere()
    {
        using var authority = new TestCertificates(_folder["certificates"], "store");
        await using var redis = await TlsRedis.StartAsync(_folder["store"], authority);
        var passwordFile = _folder.Write("password", TlsRedis.Password + "\n");
        var tokens = _folder.Write("tokens", "");
        var workerToken = TokenSecret.Create();
        await File.WriteAllTextAsync(
            tokens, $"fleet worker sha256:{Convert.ToHexStringLower(TokenSecret.Hash(workerToken))}\n", TestContext.Current.CancellationToken);
        await using var coordinator = ChildProcess.StartProject(
            "Coordinator", "--meta", redis.Address, "--listen", "127.0.0.1:0", "--results", _folder["results"], "--token-file", tokens,
            "--store-user", TlsRedis.User, "--store-password-file", passwordFile, "--store-tls", "--store-ca", authority.Authority);
        var address = await coordinator.ReadyAsync();

        await using var worker = ChildProcess.StartProject(
            "Worker", "--coordinator", address, "--id", "w", "--device", "cpu", "--token-file", _folder.Write("worker-token", workerToken), "--store-ca", authority.Authority);
        await redis.IsUsedByAsync("w-control");

        (coordinator.Said + worker.Said).ShouldNotContain(TlsRedis.Password);
        (coordinator.Said + worker.Said).ShouldNotContain(workerToken);
        var refused = ChildProcess.StartProject("Coordinator", "--meta", redis.Address, "--listen", "127.0.0.1:0", "--store-tls", "--store-ca", authority.Authority);
        await using var wrong = refused;
        await wrong.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        wrong.Process.ExitCode.ShouldBe(4, wrong.Said);
        wrong.Said.ShouldContain("--store-password-file");
    }

    public void Dispose() => _folder.Dispose();
}
