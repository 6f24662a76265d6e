using Grpc.Core;
using LightlyCluster.Protocol.Connections;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Tests.Server;

/// <summary>The service as a program uses it: pages, filters, etags, streams that go on, errors with details.</summary>
public sealed class JobServiceTests(SecureFleet fleet)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_show_every_job_once_though_jobs_come_and_go_in_between()
    {
        using var client = fleet.ClientOf("vision-submitter");
        using var channel = fleet.ChannelOf(fleet.SettingsOf("vision-viewer"));
        var service = new TrainingJobService.TrainingJobServiceClient(channel.Invoker);
        var ids = new List<string>();
        foreach (var number in Enumerable.Range(0, 5))
        {
            ids.Add((await client.CreateAsync($"page-{number}", fleet.Job(), Stop)).Id);
        }

        var request = new ListTrainingJobsRequest { PageSize = 2, NamePrefix = "page-" };
        var first = await service.ListTrainingJobsAsync(request, cancellationToken: Stop);
        await client.PauseAsync(ids[1], Stop);
        await client.DeleteAsync(ids[1], Stop);
        request.PageToken = first.NextPageToken;
        var second = await service.ListTrainingJobsAsync(request, cancellationToken: Stop);
        request.PageToken = second.NextPageToken;
        var third = await service.ListTrainingJobsAsync(request, cancellationToken: Stop);

        first.Jobs.Concat(second.Jobs).Concat(third.Jobs).Select(job => job.Id).ShouldBe(ids);
        third.NextPageToken.ShouldBeEmpty();
        first.Jobs.ShouldAllBe(job => job.Result == null);
    }

    [Fact]
    public async Task A_page_token_belongs_to_its_filters()
    {
        using var client = fleet.ClientOf("vision-submitter");
        using var channel = fleet.ChannelOf(fleet.SettingsOf("vision-viewer"));
        var service = new TrainingJobService.TrainingJobServiceClient(channel.Invoker);
        await client.CreateAsync("token-1", fleet.Job(), Stop);
        await client.CreateAsync("token-2", fleet.Job(), Stop);
        var page = await service.ListTrainingJobsAsync(new() { PageSize = 1, NamePrefix = "token-" }, cancellationToken: Stop);
        ListTrainingJobsRequest[] wrong =
            [new() { PageToken = page.NextPageToken, NamePrefix = "other" }, new() { PageToken = "1" }, new() { PageToken = "%%%" }, new() { PageSize = -1 }];

        foreach (var request in wrong)
        {
            (await Should.ThrowAsync<RpcException>(() => service.ListTrainingJobsAsync(request, cancellationToken: Stop).ResponseAsync))
                .StatusCode.ShouldBe(StatusCode.InvalidArgument);
        }
    }

    [Fact]
    public async Task Filters_choose_by_state_and_name()
    {
        using var client = fleet.ClientOf("vision-submitter");
        var queued = await client.CreateAsync("filter-a", fleet.Job(), Stop);
        var cancelled = await client.CreateAsync("filter-b", fleet.Job(), Stop);
        await client.CancelAsync(cancelled.Id, "", Stop);

        async Task<string[]> ListAsync(params TrainingJob.Types.State[] states)
        {
            var found = new List<string>();
            await foreach (var job in client.ListAsync(new() { NamePrefix = "filter-", States = { states } }, Stop))
            {
                found.Add(job.Id);
            }

            return [.. found];
        }

        (await ListAsync()).ShouldBe([queued.Id, cancelled.Id]);
        (await ListAsync(TrainingJob.Types.State.Queued)).ShouldBe([queued.Id]);
        (await ListAsync(TrainingJob.Types.State.Cancelled, TrainingJob.Types.State.Running)).ShouldBe([cancelled.Id]);
    }

    [Fact]
    public async Task An_etag_keeps_a_late_call_from_acting()
    {
        using var client = fleet.ClientOf("vision-submitter");
        var job = await client.CreateAsync("etag", fleet.Job(), Stop);
        await client.PauseAsync(job.Id, Stop, job.Etag);

        var late = await Should.ThrowAsync<CoordinatorException>(() => client.CancelAsync(job.Id, "", Stop, job.Etag));

        (late.StatusCode, late.Reason).ShouldBe((StatusCode.Aborted, "EtagChanged"));
        var now = await client.GetAsync(job.Id, Stop);
        (await client.CancelAsync(job.Id, "", Stop, now.Etag)).State.ShouldBe(TrainingJob.Types.State.Cancelled);
    }

    [Fact]
    public async Task Every_wrong_field_is_named_with_what_is_allowed()
    {
        using var client = fleet.ClientOf("vision-submitter");
        var specification = fleet.Job();
        specification.Method.Name = "mocco";
        specification.Train = new() { BatchSize = 1 };

        var error = await Should.ThrowAsync<CoordinatorException>(() => client.ValidateAsync("x", specification, Stop));

        error.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        error.Violations.ShouldContain(violation => violation.Field == "method.name" && violation.Description.Contains("moco"));
        error.Violations.ShouldContain(violation => violation.Field == "train.batchSize" && violation.Description.Contains("2 to"));
    }

    [Fact]
    public async Task A_check_submits_nothing()
    {
        using var client = fleet.ClientOf("vision-submitter");

        var checkedJob = await client.ValidateAsync("only-checked", fleet.Job(), Stop);

        checkedJob.Spec.Train.BatchSize.ShouldBeGreaterThan(0);
        checkedJob.Id.ShouldBeEmpty();
        await foreach (var job in client.ListAsync(new() { NamePrefix = "only-checked" }, Stop))
        {
            Assert.Fail($"{job.Id} was submitted");
        }
    }

    [Fact]
    public async Task A_watch_tells_every_change_and_goes_on_where_it_ended()
    {
        using var client = fleet.ClientOf("vision-submitter");
        using var channel = fleet.ChannelOf(fleet.SettingsOf("vision-viewer"));
        var service = new TrainingJobService.TrainingJobServiceClient(channel.Invoker);
        var job = await client.CreateAsync("watched", fleet.Job(), Stop);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        string token;
        using (var watch = service.WatchTrainingJob(new() { Id = job.Id }, cancellationToken: limit.Token))
        {
            (await watch.ResponseStream.MoveNext(limit.Token)).ShouldBeTrue();
            watch.ResponseStream.Current.Job.State.ShouldBe(TrainingJob.Types.State.Queued);
            token = watch.ResponseStream.Current.ResumeToken;
        }

        await client.CancelAsync(job.Id, "seen enough", Stop);
        using var again = service.WatchTrainingJob(new() { Id = job.Id, ResumeToken = token }, cancellationToken: limit.Token);
        TrainingJob? last = null;
        while (await again.ResponseStream.MoveNext(limit.Token))
        {
            last = again.ResponseStream.Current.Job ?? last;
        }

        last!.State.ShouldBe(TrainingJob.Types.State.Cancelled);
        last.Message.ShouldBe("seen enough");
        var wrong = await Should.ThrowAsync<RpcException>(async () =>
        {
            using var bad = service.WatchTrainingJob(new() { Id = job.Id, ResumeToken = "x" }, cancellationToken: limit.Token);
            await bad.ResponseStream.MoveNext(limit.Token);
        });
        wrong.StatusCode.ShouldBe(StatusCode.InvalidArgument);
    }

    [Fact]
    public async Task A_broken_watch_goes_on_with_the_next_line_and_tells_none_twice()
    {
        using var client = fleet.ClientOf("vision-submitter");
        using var channel = fleet.ChannelOf(fleet.SettingsOf("vision-viewer"));
        var service = new TrainingJobService.TrainingJobServiceClient(channel.Invoker);
        var job = await client.CreateAsync("broken", fleet.Job(), Stop);
        await WriteLinesAsync(job.Id, 700, "line");
        var sequences = new List<long>();
        var token = "";
        for (var part = 0; sequences.Count < 700; part++)
        {
            part.ShouldBeLessThan(20, "each part of the stream tells something new");
            using var watch = service.WatchTrainingJob(new() { Id = job.Id, ResumeToken = token }, cancellationToken: Stop);
            for (var events = 0; events < 100 && sequences.Count < 700 && await watch.ResponseStream.MoveNext(Stop); events++)
            {
                token = watch.ResponseStream.Current.ResumeToken;
                if (watch.ResponseStream.Current.Log is { } line)
                {
                    sequences.Add(line.Sequence);
                }
            }
        }

        sequences.ShouldBe(Enumerable.Range(1, 700).Select(number => (long)number));
    }

    [Fact]
    public async Task A_reader_that_does_not_read_is_cut_off_and_costs_no_memory()
    {
        const int Lines = 2000;
        using var client = fleet.ClientOf("vision-submitter");
        using var channel = fleet.ChannelOf(fleet.SettingsOf("vision-viewer"));
        var job = await client.CreateAsync("talkative", fleet.Job(), Stop);
        await WriteLinesAsync(job.Id, Lines, new string('x', 3900));
        var before = fleet.CoordinatorBytes;
        using var sleeper = new TrainingJobService.TrainingJobServiceClient(channel.Invoker).StreamLogs(new() { Id = job.Id }, cancellationToken: Stop);
        (await sleeper.ResponseStream.MoveNext(Stop)).ShouldBeTrue();

        for (var tries = 0; !fleet.AuditLines.Any(IsCut); tries++)
        {
            tries.ShouldBeLessThan(150, "the stream was not cut off in 15 s");
            await Task.Delay(100, Stop);
        }

        (fleet.CoordinatorBytes - before).ShouldBeLessThan(100L << 20);
        var read = 0;
        await foreach (var line in client.LogsAsync(job.Id, 1, isFollowing: false, Stop))
        {
            line.Sequence.ShouldBe(++read);
        }

        read.ShouldBe(Lines);

        bool IsCut(string line) => line.Contains(job.Id, StringComparison.Ordinal) && line.Contains("\"StreamLogs\"", StringComparison.Ordinal)
            && line.Contains("\"ResourceExhausted\"", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_thousand_idle_streams_stop_at_the_tenants_limit_and_hurt_nobody()
    {
        const int Streams = 2000;
        const int TenantMaximum = 500;
        using var client = fleet.ClientOf("crowd");
        using var vision = fleet.ClientOf("vision-submitter");
        using var channel = fleet.ChannelOf(fleet.SettingsOf("crowd"));
        var service = new TrainingJobService.TrainingJobServiceClient(channel.Invoker);
        var job = await client.CreateAsync("idle", fleet.Job(), Stop);
        var before = fleet.CoordinatorBytes;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var watches = Enumerable.Range(0, Streams).Select(_ => service.WatchTrainingJob(new() { Id = job.Id }, cancellationToken: end.Token)).ToArray();

        var answers = await Task.WhenAll(watches.Select(async watch =>
        {
            try
            {
                return await watch.ResponseStream.MoveNext(end.Token) ? StatusCode.OK : StatusCode.Unknown;
            }
            catch (RpcException error)
            {
                return error.StatusCode;
            }
        }));

        answers.Count(answer => answer == StatusCode.OK).ShouldBe(TenantMaximum);
        answers.Count(answer => answer == StatusCode.ResourceExhausted).ShouldBe(Streams - TenantMaximum);
        (await vision.CreateAsync("beside", fleet.Job(), Stop)).Id.ShouldNotBeEmpty();
        (fleet.CoordinatorBytes - before).ShouldBeLessThan(200L << 20);
        await end.CancelAsync();
        Array.ForEach(watches, watch => watch.Dispose());
    }

    private async Task WriteLinesAsync(string job, int count, string text)
    {
        var name = $"talker-{job}";
        using var channel = fleet.ChannelOf(fleet.SettingsOf("worker"));
        var workers = new WorkerService.WorkerServiceClient(channel.Invoker);
        var key = new string('k', 32);
        await workers.RegisterAsync(new() { WorkerId = name, Incarnation = name, NumericClass = "class", SessionKey = key }, cancellationToken: Stop);
        using var session = workers.Session(cancellationToken: Stop);
        await session.RequestStream.WriteAsync(new() { Hello = new() { Incarnation = name, SessionKey = key } }, Stop);
        for (var number = 0; number < count; number++)
        {
            await session.RequestStream.WriteAsync(new() { Log = new() { JobId = job, Level = "information", Text = text } }, Stop);
        }

        using var viewer = fleet.ClientOf("vision-viewer");
        for (var last = 0L; last < count;)
        {
            await foreach (var line in viewer.LogsAsync(job, Math.Max(1, last), isFollowing: false, Stop))
            {
                last = line.Sequence;
            }
        }

        await session.RequestStream.CompleteAsync();
    }
}
