using System.Text.Json;
using LightlyCluster.Observability;
using LightlyCluster.Observability.Names;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.FleetRuns.Tests.Telemetry;

/// <summary>What a collector gets from real processes: real bytes, over the wire.</summary>
public sealed class TelemetryTests : IDisposable
{
    private const int Steps = 12;
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_sampled_step_of_two_workers_is_one_trace_with_every_phase_below_its_worker()
    {
        await using var receiver = new OtlpReceiver();
        await using var fleet = await TestFleet.StartAsync(_folder, variables: receiver.Variables(traceEvery: "4"));
        fleet.AddWorkers(2);
        var job = await fleet.SubmitAsync(EqualBitsTests.JobOf(TestImages.Make(_folder), "simclr", 2, Steps));
        (await fleet.FollowAsync(job.Id)).Job.State.ShouldBe(TrainingJob.Types.State.Succeeded);
        var identity = TraceIdentity.OfStep(job.Id, 8);
        IReadOnlyList<ReceivedSpan> Trace() => [.. receiver.Spans.Where(span => span.TraceId == identity.TraceId.ToHexString())];

        await OtlpReceiver.UntilAsync(
            () => Trace().Count(span => span.Name == TelemetryPhases.Hash) == 2 && Trace().Any(span => span.Name == TelemetrySpans.FleetStep.Name),
            () => $"step 8 whole; there are {string.Join(", ", Trace().Select(span => span.Name))}");
        var spans = Trace();

        var root = spans.Where(span => span.ParentId.Length == 0).ShouldHaveSingleItem();
        root.Name.ShouldBe(TelemetrySpans.FleetStep.Name);
        root.Service.ShouldBe("lightly-coordinator");
        root.Id.ShouldBe(identity.SpanId.ToHexString());
        root[TelemetryAttributes.Step].ShouldBe("8");
        root[TelemetryAttributes.SampledBecause].ShouldBe("every");
        root.Span.Links.ShouldContain(link => Convert.ToHexStringLower(link.TraceId.ToByteArray()) == TraceIdentity.OfEpoch(job.Id, 8 / (160 / 64)).TraceId.ToHexString());
        var parts = spans.Where(span => span.Name == TelemetrySpans.WorkerStep.Name).ToArray();
        parts.Select(part => part[TelemetryAttributes.WorkerId]).Order().ShouldBe(["worker-0", "worker-1"]);
        parts.ShouldAllBe(part => part.ParentId == root.Id && part.Service == "lightly-worker");
        foreach (var part in parts)
        {
            var phases = spans.Where(span => span.ParentId == part.Id).ToArray();
            foreach (var phase in TelemetryPhases.All.Where(phase => phase.Name != TelemetryPhases.Digest))
            {
                phases.ShouldContain(span => span.Name == phase.Name, $"{phase.Name} of {part[TelemetryAttributes.WorkerId]}");
            }

            phases.ShouldAllBe(span => span.Span.StartTimeUnixNano >= part.Span.StartTimeUnixNano && span.Span.EndTimeUnixNano <= part.Span.EndTimeUnixNano);
        }

        spans.Count.ShouldBe(1 + parts.Length + spans.Count(span => parts.Any(part => part.Id == span.ParentId)));
    }

    [Fact]
    public async Task A_run_with_a_loss_gives_out_every_name_of_the_catalogue_and_no_other()
    {
        await using var receiver = new OtlpReceiver();
        await using var fleet = await TestFleet.StartAsync(_folder, variables: receiver.Variables(traceEvery: "4"));
        fleet.AddWorkers(3);
        await fleet.WorkersAreIdleAsync("worker-0", "worker-1", "worker-2");
        var id = await SubmitByCommandAsync(fleet, receiver);
        var (end, _) = await fleet.FollowAsync(id, TestFleet.At(5, () => fleet.Workers[1].Signal("KILL")));
        end.State.ShouldBe(TrainingJob.Types.State.Succeeded, end.Message);
        var conditions = new[] { "a file does not decode", "the store is away or full", "an NVIDIA GPU and its driver are present", "a worker catches up" };
        var instruments = TelemetryInstruments.All.Where(instrument => !conditions.Contains(instrument.Condition)).Select(instrument => instrument.Name).ToArray();
        var names = TelemetrySpans.All.Select(span => span.Name)
            .Concat(TelemetryPhases.All.Where(phase => !conditions.Contains(phase.Condition)).Select(phase => phase.Name)).ToArray();
        string[] Missing() =>
            [.. instruments.Except(receiver.Metrics), .. names.Except(receiver.Spans.Select(span => span.Name))];

        await OtlpReceiver.UntilAsync(() => Missing().Length == 0, () => string.Join(", ", Missing()));

        receiver.Metrics.Where(name => name.StartsWith("lightlycluster.", StringComparison.Ordinal))
            .ShouldBeSubsetOf(TelemetryInstruments.All.Select(instrument => instrument.Name));
        receiver.Spans.Where(span => span.Service != "lightly" && !span.Name.Contains('/', StringComparison.Ordinal)).Select(span => span.Name)
            .ShouldBeSubsetOf(TelemetrySpans.All.Select(span => span.Name).Concat(TelemetryPhases.All.Select(phase => phase.Name)));
        ShouldBeOneSubmit(receiver.Spans, id);
        var recovery = receiver.Spans.First(span => span.Name == TelemetrySpans.Recovery.Name);
        recovery[TelemetryAttributes.WorkerId].ShouldBe("worker-1");
        bool IsItsStep(ReceivedSpan span) => span.TraceId == recovery.TraceId && span.Id == recovery.ParentId && span.Name == TelemetrySpans.FleetStep.Name;
        await OtlpReceiver.UntilAsync(() => receiver.Spans.Any(IsItsStep), () => "the step in which worker-1 was lost");
    }

    [Fact]
    public async Task Logs_in_json_name_job_step_and_trace()
    {
        var variables = new Dictionary<string, string> { ["LIGHTLY_LOG_FORMAT"] = "json" };
        await using var fleet = await TestFleet.StartAsync(_folder, variables: variables);
        fleet.AddWorkers(1);
        var job = await fleet.SubmitAsync(EqualBitsTests.JobOf(TestImages.Make(_folder), "simclr", 1, 4));
        await fleet.FollowAsync(job.Id);

        var lines = (fleet.Coordinator.Said + fleet.Workers[0].Said).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith("READY", StringComparison.Ordinal) && !line.StartsWith("DASHBOARD", StringComparison.Ordinal))
            .Select(line => JsonDocument.Parse(line).RootElement).ToArray();

        lines.Length.ShouldBeGreaterThan(4);
        lines.ShouldAllBe(line => line.GetProperty("Message").GetString()!.Length > 0 && line.GetProperty("Timestamp").GetString()!.EndsWith('Z'));
        lines.ShouldContain(line => line.GetProperty("State").ToString().Contains(job.Id, StringComparison.Ordinal));
        lines.SelectMany(line => line.GetProperty("Scopes").EnumerateArray().ToArray())
            .Any(scope => scope.TryGetProperty(TelemetryScopes.TraceId, out _)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("LIGHTLY_LOG_FORMAT", "xml", "allowed is text or json")]
    [InlineData("LIGHTLY_METRICS_PORT", "70000", "allowed is 0 (none) to 65535")]
    [InlineData("LIGHTLY_TRACE_EVERY", "-1", "allowed is 0 (none) or a number of steps")]
    public async Task A_wrong_setting_is_one_clear_line(string name, string value, string expected)
    {
        await using var worker = ChildProcess.StartArmedProject("Worker", "", new Dictionary<string, string> { [name] = value });

        await worker.Process.WaitForExitAsync();

        worker.Process.ExitCode.ShouldBe(2);
        worker.Said.ShouldContain($"'{value}'");
        worker.Said.ShouldContain(expected);
    }

    private static void ShouldBeOneSubmit(IReadOnlyList<ReceivedSpan> spans, string job)
    {
        var submit = spans.First(span => span.Name == TelemetrySpans.Submit.Name && span[TelemetryAttributes.JobId] == job);
        var create = spans.First(span => span.Name == TelemetrySpans.Create.Name && span[TelemetryAttributes.JobId] == job);
        var schedule = spans.First(span => span.Name == TelemetrySpans.Schedule.Name && span[TelemetryAttributes.JobId] == job);
        submit.ParentId.ShouldBeEmpty();
        create.TraceId.ShouldBe(submit.TraceId);
        var call = spans.First(span => span.Id == create.ParentId);
        call.TraceId.ShouldBe(submit.TraceId);
        AncestorsOf(call, spans).ShouldContain(submit);
        schedule.TraceId.ShouldBe(submit.TraceId);
        schedule.ParentId.ShouldBe(create.Id);
    }

    private static IEnumerable<ReceivedSpan> AncestorsOf(ReceivedSpan span, IReadOnlyList<ReceivedSpan> spans)
    {
        for (var next = span; next is not null && next.ParentId.Length > 0;)
        {
            next = spans.FirstOrDefault(other => other.TraceId == span.TraceId && other.Id == next.ParentId);
            if (next is not null)
            {
                yield return next;
            }
        }
    }

    private async Task<string> SubmitByCommandAsync(TestFleet fleet, OtlpReceiver receiver)
    {
        var file = Path.Combine(_folder, "job.yaml");
        await File.WriteAllTextAsync(file, $$"""
            apiVersion: lightlycluster.dev/v1
            kind: TrainingJob
            metadata: {name: names}
            spec:
              data: {path: {{TestImages.Make(_folder)}}, imageSize: 32}
              method: {name: moco, memoryBankSize: 256}
              backbone: {name: resnet-9, width: 0.125}
              train: {batchSize: 32, shards: 4, steps: 15, seed: 5}
              workers: {min: 1, max: 3}
              checkpoint: {every: 6}
            """);
        await using var command = ChildProcess.Start(
            "dotnet", [Path.Combine(ChildProcess.FolderOf("Client"), "lightly.dll"), "submit", file, "--server", fleet.Address], "", receiver.Variables("4"));
        await command.Process.WaitForExitAsync();
        command.Process.ExitCode.ShouldBe(0, command.Said);
        return command.Said.Split('\n').First(line => line.StartsWith("job-", StringComparison.Ordinal)).Trim();
    }
}
