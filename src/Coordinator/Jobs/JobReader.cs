using Google.Protobuf.WellKnownTypes;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Jobs;

/// <summary>Reads jobs from META into what clients see.</summary>
internal sealed class JobReader(IJobStore store)
{
    /// <summary>One job with its results; null when there is none.</summary>
    public async Task<TrainingJob?> ReadAsync(string id)
    {
        var record = await store.ReadAsync(id);
        return record is null ? null : await ReadAsync(record);
    }

    /// <summary>One job with its results.</summary>
    public async Task<TrainingJob> ReadAsync(JobRecord record)
    {
        var specification = JobSpecificationJson.Read(record.Specification);
        var job = Summarize(record, specification);
        job.Result = await ReadResultAsync(record, specification);
        return job;
    }

    /// <summary>One job without its results, for lists.</summary>
    public static TrainingJob Summarize(JobRecord record) => Summarize(record, JobSpecificationJson.Read(record.Specification));

    private static TrainingJob Summarize(JobRecord record, JobSpecification specification) => new()
    {
        Id = record.Id,
        DisplayName = record.DisplayName,
        Spec = JobSpecificationMapping.ToWire(specification),
        State = JobStateMapping.ToWire(record.State),
        Reason = record.Reason,
        Message = record.Message,
        CreateTime = At(record.Created),
        StartTime = At(record.Started),
        EndTime = At(record.Ended),
        Step = record.Step,
        StepsTotal = record.StepsTotal,
        StepsPerEpoch = record.StepsPerEpoch,
        Generation = record.Generation,
        OutputUri = specification.Checkpoint.Uri,
        Etag = record.Etag,
        Tenant = record.Tenant,
    };

    private static Timestamp? At(long milliseconds) =>
        milliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToTimestamp();

    private async Task<TrainingJobResult> ReadResultAsync(JobRecord record, JobSpecification specification)
    {
        var result = new TrainingJobResult { StateHash = record.StateHash, ImageCount = record.Images, TransportReason = record.TransportWhy };
        result.Transport = record.Field("transport") ?? "";
        if (record.Field("knnTop1Untrained") is { } untrained)
        {
            result.KnnTop1Untrained = double.Parse(untrained);
        }

        if (record.Field("knnTop1") is { } trained)
        {
            result.KnnTop1 = double.Parse(trained);
        }

        if (record.Field("knn") is { } knn)
        {
            var parts = knn.Split('|');
            result.Knn = new() { K = int.Parse(parts[0]), T = double.Parse(parts[1]), BankImages = int.Parse(parts[2]), TestImages = int.Parse(parts[3]) };
        }

        if (record.Field("collapseStd") is { } collapse)
        {
            result.CollapseStd = double.Parse(collapse);
        }

        result.Verdict = JobVerdicts.ToWire(record);
        result.TrainingSeconds = double.Parse(record.Field("trainingSeconds") ?? "0");
        result.BadFiles.AddRange(await store.ReadBadFilesAsync(record.Id));
        await AddPeopleAsync(result, record, specification);
        if (specification.Embed.IsWanted)
        {
            result.Embedding = ReadEmbedding(record, specification);
            return result;
        }

        var audit = SampleAudit.Count(
            await store.ReadCommittedStepsAsync(record.Id), record.BaseStep, record.Step, specification.StepImages);
        result.Samples = new()
        {
            Expected = audit.Expected,
            Committed = audit.Committed,
            RepeatedCount = audit.Repeated,
            Lost = audit.Lost,
            Replaced = record.Replaced,
            Verified = long.Parse(record.Field("samplesVerified") ?? "0") * specification.StepImages,
        };
        return result;
    }

    private static EmbeddingRecord? ReadEmbedding(JobRecord record, JobSpecification specification)
    {
        if (record.Field("embedding")?.Split('|') is not [var count, var dimension, var digest])
        {
            return null;
        }

        return new() { ImageCount = long.Parse(count), Dimension = int.Parse(dimension), Digest = digest, Uri = specification.Embed.Out };
    }

    private async Task AddPeopleAsync(TrainingJobResult result, JobRecord record, JobSpecification specification)
    {
        foreach (var (incarnation, row) in (await store.ReadHistoryAsync(record.Id)).Select(pair => (pair.Key, MemberRecord.Read(pair.Value)))
            .OrderBy(entry => entry.Item2.Joined).ThenBy(entry => entry.Item2.Id, StringComparer.Ordinal))
        {
            result.Workers.Add(new WorkerRecord
            {
                Id = row.Id,
                Incarnation = incarnation,
                Shards = row.Shards,
                ImagesPerSecond = row.ShardsPerSecond * specification.ShardStepImages,
                Joined = At(row.Joined),
                Left = At(row.Left),
                Reason = row.Reason,
                Note = row.Note,
            });
        }

        foreach (var loss in (await store.ReadRecoveriesAsync(record.Id)).Select(LossRecord.Read))
        {
            var recovery = new RecoveryRecord { Worker = loss.Worker, Cause = loss.Cause, Step = loss.Step, DetectionSeconds = loss.DetectionSeconds };
            if (loss.Seconds is { } seconds)
            {
                recovery.Seconds = seconds;
            }

            result.Recoveries.Add(recovery);
        }
    }
}
