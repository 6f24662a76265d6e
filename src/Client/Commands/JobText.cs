using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using LightlyCluster.Client.JobFiles;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Runs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Commands;

/// <summary>Jobs as text.</summary>
internal static class JobText
{
    /// <summary>Jobs as a table.</summary>
    public static string Table(IEnumerable<TrainingJob> jobs, DateTimeOffset now)
    {
        var table = new TextTable("ID", "NAME", "STATE", "STEP", "METHOD", "BACKBONE", "AGE", "MESSAGE");
        foreach (var job in jobs)
        {
            table.Add(
                job.Id,
                job.DisplayName,
                StateOf(job),
                job.StepsTotal > 0 ? $"{job.Step}/{job.StepsTotal}" : $"{job.Step}",
                job.Spec.Method.Name,
                job.Spec.Backbone.Name,
                Age(job.CreateTime, now),
                job.Message);
        }

        return table.ToString();
    }

    /// <summary>Everything about a job, for people.</summary>
    public static string Describe(TrainingJob job, DateTimeOffset now)
    {
        var table = new TextTable("JOB", job.Id);
        table.Add("name", job.DisplayName);
        table.Add("state", StateOf(job));
        var why = StateExplanation.Of(job);
        table.Add("reason", why.Reason);
        table.Add("message", why.Message);
        table.Add("next", why.Next);
        table.Add("tenant", job.Tenant.Length > 0 ? job.Tenant : "-");
        table.Add("etag", job.Etag);
        table.Add("step", $"{job.Step} of {job.StepsTotal} ({job.StepsPerEpoch} an epoch)");
        table.Add("generation", $"{job.Generation}");
        table.Add("created", $"{Age(job.CreateTime, now)} ago");
        table.Add("output", job.OutputUri);
        if (job.Result is { Transport.Length: > 0 } exchange)
        {
            table.Add("transport", exchange.TransportReason.Length > 0 ? $"{exchange.Transport}: {exchange.TransportReason}" : exchange.Transport);
        }

        if (job.Result?.Verdict is { } verdict)
        {
            table.Add("verdict", $"{verdict.Kind}: {verdict.Summary}");
            table.Add("evidence", string.Join("; ", verdict.Evidence));
            table.Add("what to change", verdict.Advice);
        }

        table.Add("state hash", job.Result?.StateHash is { Length: > 0 } hash ? hash : "-");
        var workers = new TextTable("WORKER", "SHARDS", "IMAGES/S", "LEFT", "REASON");
        foreach (var worker in job.Result?.Workers.AsEnumerable() ?? [])
        {
            workers.Add(worker.Id, $"{worker.Shards}", $"{worker.ImagesPerSecond:0.#}", worker.Left is null ? "-" : $"{Age(worker.Left, now)} ago",
                worker.Reason.Length > 0 ? worker.Reason : worker.Note);
        }

        return $"{table}\n{workers}\n{Recoveries(job)}{JobFileWriter.Write(job.DisplayName, JobSpecificationMapping.FromWire(job.Spec))}";
    }

    /// <summary>Lost incarnations and what they cost; nothing when there are none.</summary>
    private static string Recoveries(TrainingJob job)
    {
        if (job.Result is not { Recoveries.Count: > 0 } result)
        {
            return "";
        }

        var table = new TextTable("LOST", "CAUSE", "STEP", "NOTICED AFTER", "NEXT COMMIT AFTER");
        foreach (var lost in result.Recoveries)
        {
            table.Add(lost.Worker, lost.Cause, $"{lost.Step}", $"{lost.DetectionSeconds:0.00} s", lost.HasSeconds ? $"{lost.Seconds:0.00} s" : "-");
        }

        return $"{table}\n";
    }

    /// <summary>A job as JSON, with the keys of the wire.</summary>
    public static string Json(TrainingJob job) => Node(job).ToJsonString(RunJson.Indented);

    /// <summary>A line of a log as JSON, on one line.</summary>
    public static string Json(LogLine line) => JsonFormatter.Default.Format(line);

    /// <summary>A line of a log for people.</summary>
    public static string Line(LogLine line) => $"{line.Time.ToDateTimeOffset():yyyy-MM-ddTHH:mm:ss.fffZ} {line.Worker} {line.Level}: {line.Text}";

    /// <summary>Jobs as a JSON list.</summary>
    public static string Json(IEnumerable<TrainingJob> jobs) =>
        new JsonArray([.. jobs.Select(job => (JsonNode)Node(job))]).ToJsonString(RunJson.Indented);

    /// <summary>The state as a word.</summary>
    public static string StateOf(TrainingJob job) => JobStateMapping.FromWire(job.State).ToString();

    private static JsonObject Node(TrainingJob job)
    {
        var node = JsonNode.Parse(JsonFormatter.Default.Format(job))?.AsObject() ?? throw new JsonException("A job is a JSON object.");
        node["state"] = StateOf(job);
        return node;
    }

    /// <summary>How long ago a moment was.</summary>
    public static string Age(Timestamp? time, DateTimeOffset now)
    {
        if (time is null)
        {
            return "-";
        }

        var age = now - time.ToDateTimeOffset();
        return age switch
        {
            { TotalMinutes: < 2 } => $"{Math.Max(0, age.TotalSeconds):0}s",
            { TotalHours: < 2 } => $"{age.TotalMinutes:0}m",
            { TotalDays: < 2 } => $"{age.TotalHours:0}h",
            _ => $"{age.TotalDays:0}d",
        };
    }
}
