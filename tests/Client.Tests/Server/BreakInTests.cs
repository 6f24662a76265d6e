using Grpc.Core;
using LightlyCluster.Fleet.Access;
using LightlyCluster.Protocol.Connections;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Tests.Server;

/// <summary>Attempts to get what a caller may not have, each against a real coordinator over TLS.</summary>
public sealed class BreakInTests(SecureFleet fleet)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "TokenMissing")]
    [InlineData("lct_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "TokenUnknown")]
    [InlineData("expired", "TokenExpired")]
    public async Task Nobody_comes_in_without_a_token_that_is_valid_now(string token, string reason)
    {
        var settings = fleet.SettingsOf("") with { Token = token == "expired" ? fleet.TokenOf("expired") : token };
        using var client = new LightlyClient(fleet.Server, settings);

        var error = await Should.ThrowAsync<CoordinatorException>(() => client.GetAsync("any", Stop));

        (error.StatusCode, error.Reason).ShouldBe((StatusCode.Unauthenticated, reason));
    }

    [Fact]
    public async Task A_viewer_looks_and_changes_nothing()
    {
        using var submitter = fleet.ClientOf("vision-submitter");
        using var viewer = fleet.ClientOf("vision-viewer");
        var job = await submitter.CreateAsync("seen", fleet.Job(), Stop);

        (await viewer.GetAsync(job.Id, Stop)).Id.ShouldBe(job.Id);
        Task[] changes = [viewer.CreateAsync("x", fleet.Job(), Stop), viewer.CancelAsync(job.Id, "", Stop), viewer.PauseAsync(job.Id, Stop), viewer.DeleteAsync(job.Id, Stop)];

        foreach (var change in changes)
        {
            (await Should.ThrowAsync<CoordinatorException>(() => change)).Reason.ShouldBe("RoleTooLow");
        }

        (await viewer.GetAsync(job.Id, Stop)).State.ShouldBe(TrainingJob.Types.State.Queued);
    }

    [Fact]
    public async Task A_job_of_another_tenant_is_not_there()
    {
        using var mine = fleet.ClientOf("vision-submitter");
        using var stranger = fleet.ClientOf("other");
        using var admin = fleet.ClientOf("admin");
        var job = await mine.CreateAsync("mine", fleet.Job(), Stop);
        Func<Task>[] attempts =
        [
            () => stranger.GetAsync(job.Id, Stop), () => stranger.CancelAsync(job.Id, "", Stop), () => stranger.PauseAsync(job.Id, Stop),
            () => stranger.ResumeAsync(job.Id, Stop), () => stranger.DeleteAsync(job.Id, Stop), () => ReadAllAsync(stranger.DownloadAsync(job.Id, Stop)),
            () => ReadAllAsync(stranger.WatchAsync(job.Id, 1, Stop)), () => ReadAllAsync(stranger.LogsAsync(job.Id, 1, false, Stop)),
            () => ReadAllAsync(stranger.MetricsAsync(job.Id, 1, false, Stop)),
        ];

        foreach (var attempt in attempts)
        {
            (await Should.ThrowAsync<CoordinatorException>(attempt)).StatusCode.ShouldBe(StatusCode.NotFound);
        }

        (await ReadAllAsync(stranger.ListAsync(new() { Tenant = "vision" }, Stop))).ShouldBeEmpty();
        (await ReadAllAsync(admin.ListAsync(new() { Tenant = "vision" }, Stop))).ShouldContain(listed => listed.Id == job.Id && listed.Tenant == "vision");
        (await mine.GetAsync(job.Id, Stop)).State.ShouldBe(TrainingJob.Types.State.Queued);
    }

    [Fact]
    public async Task A_forged_worker_learns_and_does_nothing()
    {
        using var strangers = new TestCertificates(fleet.Folder, "strangers");
        var (certificate, key) = strangers.IssueClient("intruder");
        foreach (var settings in new[] { fleet.SettingsOf(""), fleet.SettingsOf("vision-submitter"), fleet.SettingsOf("admin") })
        {
            (await RegisterAsync(settings, "i1", new('k', 32))).ShouldBeOneOf(StatusCode.Unauthenticated, StatusCode.PermissionDenied);
        }

        // A certificate of another authority ends the connection itself.
        (await RegisterAsync(fleet.SettingsOf("") with { TlsCertificate = certificate, TlsKey = key }, "i2", new('k', 32))).ShouldNotBe(StatusCode.OK);
        (await RegisterAsync(fleet.SettingsOf("worker"), "i3", "short")).ShouldBe(StatusCode.InvalidArgument);
        (await RegisterAsync(fleet.SettingsOf("worker"), "../../i4", new('k', 32))).ShouldBe(StatusCode.InvalidArgument);
    }

    [Fact]
    public async Task A_worker_comes_in_with_a_certificate_of_the_fleet_and_is_nothing_else()
    {
        var (certificate, key) = fleet.Authority.IssueClient("gpu-7");
        var settings = fleet.SettingsOf("") with { TlsCertificate = certificate, TlsKey = key };

        (await RegisterAsync(settings, "certified", new('k', 32))).ShouldBe(StatusCode.OK);

        using var client = new LightlyClient(fleet.Server, settings);
        (await Should.ThrowAsync<CoordinatorException>(() => client.CreateAsync("x", fleet.Job(), Stop))).StatusCode.ShouldBe(StatusCode.PermissionDenied);
    }

    [Fact]
    public async Task A_stolen_incarnation_opens_nothing_without_its_key()
    {
        var (mine, theirs) = (new string('m', 32), new string('t', 32));
        (await RegisterAsync(fleet.SettingsOf("worker"), "stolen", mine)).ShouldBe(StatusCode.OK);

        (await RegisterAsync(fleet.SettingsOf("worker"), "stolen", theirs)).ShouldBe(StatusCode.PermissionDenied);
        (await OpenSessionAsync("stolen", theirs)).ShouldBe(StatusCode.PermissionDenied);
        (await OpenSessionAsync("stolen", "")).ShouldBe(StatusCode.PermissionDenied);
        (await RegisterAsync(fleet.SettingsOf("worker"), "stolen", mine)).ShouldBe(StatusCode.OK);
    }

    [Fact]
    public async Task A_replayed_request_acts_once_and_only_for_its_tenant()
    {
        using var mine = fleet.ClientOf("vision-submitter");
        using var stranger = fleet.ClientOf("other");
        var first = await mine.CreateAsync("once", fleet.Job(), Stop, "request-of-vision");

        var again = await mine.CreateAsync("once", fleet.Job(), Stop, "request-of-vision");
        var theirs = await stranger.CreateAsync("once", fleet.Job(), Stop, "request-of-vision");

        again.Id.ShouldBe(first.Id);
        theirs.Id.ShouldNotBe(first.Id);
        theirs.Tenant.ShouldBe("other");
    }

    [Theory]
    [InlineData("/etc")]
    [InlineData("DATA/../../../etc")]
    [InlineData("relative/cats")]
    [InlineData("DATA/link-out")]
    [InlineData("DATA/link-out/passwd")]
    [InlineData("s3://elsewhere/photos")]
    [InlineData("DATA/cats\u0000/etc")]
    public async Task No_path_leads_out_of_the_data(string path)
    {
        var link = Path.Combine(fleet.Data, "link-out");
        if (!Path.Exists(link))
        {
            Directory.CreateSymbolicLink(link, "/etc");
        }

        using var client = fleet.ClientOf("vision-submitter");
        var specification = fleet.Job();
        specification.Data.Path = path.Replace("DATA", fleet.Data, StringComparison.Ordinal);

        var error = await Should.ThrowAsync<CoordinatorException>(() => client.ValidateAsync("x", specification, Stop));

        error.Violations.ShouldHaveSingleItem().Field.ShouldBe("data.path");
    }

    [Fact]
    public async Task Nothing_is_written_beside_the_results_of_the_tenant_and_no_host_is_called_that_a_job_names()
    {
        using var client = fleet.ClientOf("vision-submitter");
        var specification = fleet.Job();
        specification.Checkpoint = new() { Uri = Path.Combine(fleet.Results, "other", "job"), ResumeFrom = Path.Combine(fleet.Results, "other", "last.safetensors") };
        specification.Data.Endpoint = "http://169.254.169.254";
        specification.Backbone = new() { Weights = "/root/.ssh/id_rsa" };

        var error = await Should.ThrowAsync<CoordinatorException>(() => client.ValidateAsync("x", specification, Stop));

        error.Violations.Select(violation => violation.Field).Order(StringComparer.Ordinal)
            .ShouldBe(["backbone.weights", "checkpoint.resumeFrom", "checkpoint.uri", "data.endpoint"]);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("job}:x{")]
    [InlineData("Job-1")]
    [InlineData("job\n1")]
    public async Task A_job_id_is_a_plain_word(string id)
    {
        using var channel = fleet.ChannelOf(fleet.SettingsOf("vision-submitter"));
        var jobs = new TrainingJobService.TrainingJobServiceClient(channel.Invoker);

        var created = await StatusOfAsync(() => jobs.CreateTrainingJobAsync(new() { RequestId = id, JobId = id, Spec = fleet.Job() }, cancellationToken: Stop).ResponseAsync);
        var read = await StatusOfAsync(() => jobs.GetTrainingJobAsync(new() { Id = id }, cancellationToken: Stop).ResponseAsync);

        (created, read).ShouldBe((StatusCode.InvalidArgument, StatusCode.NotFound));
    }

    [Fact]
    public async Task Only_files_of_the_job_are_handed_out()
    {
        using var client = fleet.ClientOf("vision-submitter");
        var job = await client.CreateAsync("files", fleet.Job(), Stop);
        var models = Directory.CreateDirectory(Path.Combine(job.OutputUri, "exported_models")).FullName;
        await File.WriteAllTextAsync(Path.Combine(models, "backbone.safetensors"), "weights", Stop);
        File.CreateSymbolicLink(Path.Combine(models, "passwd"), "/etc/passwd");

        var pieces = await ReadAllAsync(client.DownloadAsync(job.Id, Stop));

        pieces.ShouldHaveSingleItem().Path.ShouldBe("exported_models/backbone.safetensors");
        Directory.Delete(job.OutputUri, recursive: true);
        Directory.CreateSymbolicLink(job.OutputUri, "/etc");
        (await Should.ThrowAsync<CoordinatorException>(() => ReadAllAsync(client.DownloadAsync(job.Id, Stop)))).Reason.ShouldBe("OutputOutside");
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_refused_and_costs_nothing()
    {
        using var client = fleet.ClientOf("vision-submitter");
        var large = fleet.Job();
        large.Method.Plugin = new string('x', 2 << 20);
        var longText = fleet.Job();
        longText.Method.Plugin = new string('x', 5000);
        var manyParameters = fleet.Job();
        manyParameters.Method.Parameters.Add(Enumerable.Range(0, 300).ToDictionary(number => $"p{number}", number => (double)number));

        (await Should.ThrowAsync<CoordinatorException>(() => client.CreateAsync("x", large, Stop))).StatusCode.ShouldBe(StatusCode.ResourceExhausted);
        (await Should.ThrowAsync<CoordinatorException>(() => client.CreateAsync("x", longText, Stop))).Violations.ShouldHaveSingleItem().Field.ShouldBe("method.plugin");
        (await Should.ThrowAsync<CoordinatorException>(() => client.CreateAsync("x", manyParameters, Stop))).Violations.ShouldHaveSingleItem().Field.ShouldBe("method.parameters");
        (await Should.ThrowAsync<CoordinatorException>(() => client.CreateAsync(new string('n', 300), fleet.Job(), Stop))).Violations.ShouldHaveSingleItem().Field.ShouldBe("display_name");
        (await client.CreateAsync("small again", fleet.Job(), Stop)).Id.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_tenant_gets_no_more_than_its_quota()
    {
        using var small = fleet.ClientOf("small");
        using var slow = fleet.ClientOf("slow");
        var wide = fleet.Job();
        wide.Workers = new() { Max = 3 };
        var narrow = fleet.Job();
        narrow.Workers = new() { Max = 2 };
        (await Should.ThrowAsync<CoordinatorException>(() => small.CreateAsync("x", wide, Stop))).Violations.ShouldHaveSingleItem().Field.ShouldBe("workers.max");
        var first = await small.CreateAsync("1", narrow, Stop);
        await small.CreateAsync("2", narrow, Stop);

        var third = await Should.ThrowAsync<CoordinatorException>(() => small.CreateAsync("3", narrow, Stop));

        (third.StatusCode, third.Reason, third.RetryAfter).ShouldBe((StatusCode.ResourceExhausted, "QuotaExceeded", null));
        await small.CancelAsync(first.Id, "", Stop);
        await small.DeleteAsync(first.Id, Stop);
        await small.CreateAsync("3", narrow, Stop);
        await slow.CreateAsync("1", fleet.Job(), Stop);
        await slow.CreateAsync("2", fleet.Job(), Stop);
        (await Should.ThrowAsync<CoordinatorException>(() => slow.CreateAsync("3", fleet.Job(), Stop))).RetryAfter.ShouldBe(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_new_token_is_known_within_seconds_and_a_removed_one_is_not()
    {
        var settings = fleet.SettingsOf("") with { Token = fleet.Add("late", "late", Role.Viewer, TenantQuota.None) };
        using var client = new LightlyClient(fleet.Server, settings);

        await UntilAsync(client, StatusCode.NotFound);
        fleet.Remove("late");
        await UntilAsync(client, StatusCode.Unauthenticated);
    }

    [Fact]
    public async Task A_browser_gets_a_cookie_that_scripts_and_other_sites_cannot_use()
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Issuer == "CN=fleet";
        using var http = new HttpClient(handler) { BaseAddress = new(fleet.Server), DefaultRequestVersion = new(2, 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        var page = new Uri("/signin", UriKind.Relative);
        using var form = await http.GetAsync(page, Stop);
        using var wrong = await http.PostAsync(page, new FormUrlEncodedContent([new("token", "lct_wrong")]), Stop);
        using var worker = await http.PostAsync(page, new FormUrlEncodedContent([new("token", fleet.TokenOf("worker"))]), Stop);
        using var right = await http.PostAsync(page, new FormUrlEncodedContent([new("token", fleet.TokenOf("vision-viewer"))]), Stop);

        (await form.Content.ReadAsStringAsync(Stop)).ShouldContain("Your token");
        form.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        ((int)wrong.StatusCode, (int)worker.StatusCode, (int)right.StatusCode).ShouldBe((401, 401, 302));
        var cookie = right.Headers.GetValues("Set-Cookie").Single();
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=strict");
        cookie.ShouldContain("secure");
    }

    [Fact]
    public async Task What_happened_is_in_the_audit_log_and_no_secret_is_in_any_log()
    {
        using var client = fleet.ClientOf("vision-submitter");
        var job = await client.CreateAsync("audited", fleet.Job(), Stop);
        await client.CancelAsync(job.Id, "", Stop);
        for (var tries = 0; fleet.AuditLines.Count(line => line.Contains(job.Id, StringComparison.Ordinal)) < 2; tries++)
        {
            tries.ShouldBeLessThan(100, "the audit log has no lines about the job after 10 s");
            await Task.Delay(100, Stop);
        }

        var lines = fleet.AuditLines.Where(line => line.Contains(job.Id, StringComparison.Ordinal)).ToArray();
        lines[0].ShouldContain("\"tenant\":\"vision\",\"role\":\"submitter\"");
        lines[0].ShouldContain("\"method\":\"CreateTrainingJob\"");
        lines[1].ShouldContain("\"method\":\"CancelTrainingJob\"");
        lines[1].ShouldContain("\"outcome\":\"OK\"");
        var logs = fleet.Logs;
        fleet.Tokens.Where(token => logs.Contains(token, StringComparison.Ordinal)).ShouldBeEmpty();
        logs.ShouldNotContain("lct_");
    }

    private static async Task UntilAsync(LightlyClient client, StatusCode wanted)
    {
        for (var tries = 0; (await Should.ThrowAsync<CoordinatorException>(() => client.GetAsync("nothing", Stop))).StatusCode != wanted; tries++)
        {
            tries.ShouldBeLessThan(100, $"the answer is not {wanted} after 10 s");
            await Task.Delay(100, Stop);
        }
    }

    private static async Task<StatusCode> StatusOfAsync<T>(Func<Task<T>> callAsync)
    {
        try
        {
            await callAsync();
            return StatusCode.OK;
        }
        catch (RpcException error)
        {
            return error.StatusCode;
        }
    }

    private static async Task<List<T>> ReadAllAsync<T>(IAsyncEnumerable<T> stream)
    {
        var all = new List<T>();
        await foreach (var item in stream)
        {
            all.Add(item);
        }

        return all;
    }

    private async Task<StatusCode> RegisterAsync(ConnectionSettings settings, string incarnation, string key)
    {
        using var channel = fleet.ChannelOf(settings);
        var request = new RegisterRequest { WorkerId = "w", Incarnation = incarnation, NumericClass = "class", SessionKey = key };
        for (var tries = 0; ; tries++)
        {
            var status = await StatusOfAsync(() => new WorkerService.WorkerServiceClient(channel.Invoker)
                .RegisterAsync(request, deadline: DateTime.UtcNow.AddSeconds(10), cancellationToken: Stop).ResponseAsync);
            if (status != StatusCode.FailedPrecondition || tries > 100)
            {
                return status;
            }

            // No coordinator leads yet.
            await Task.Delay(50, Stop);
        }
    }

    private async Task<StatusCode> OpenSessionAsync(string incarnation, string key)
    {
        using var channel = fleet.ChannelOf(fleet.SettingsOf("worker"));
        using var session = new WorkerService.WorkerServiceClient(channel.Invoker).Session(cancellationToken: Stop);
        await session.RequestStream.WriteAsync(new() { Hello = new() { Incarnation = incarnation, SessionKey = key } }, Stop);
        return await StatusOfAsync(() => session.ResponseStream.MoveNext(Stop));
    }
}
