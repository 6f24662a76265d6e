using System.Security.Cryptography;
using System.Text.RegularExpressions;
using LightlyCluster.Coordinator.Endpoints;
using LightlyCluster.Coordinator.Hosting;
using LightlyCluster.Coordinator.Telemetry;
using LightlyCluster.Fleet.Faults;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Observability.Names;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Jobs;

/// <summary>Checks and admits jobs.</summary>
internal sealed partial class JobAdmission(IJobStore store, JobReader reader, CoordinatorOptions options, TimeProvider clock)
{
    /// <summary>Admits a job once; a repeated request gets the same job.</summary>
    public async Task<TrainingJob> CreateAsync(CreateTrainingJobRequest request)
    {
        using var span = JobSpans.Create();
        var specification = Resolve(request);
        if (request.ValidateOnly)
        {
            return new() { Id = request.JobId, DisplayName = request.DisplayName, Spec = JobSpecificationMapping.ToWire(specification) };
        }

        if (request.RequestId.Length is 0 or > 128)
        {
            throw RpcErrors.Invalid("request_id", "request_id is empty or longer than 128 characters; send a new UUID with each new request.");
        }

        var id = request.JobId.Length > 0 ? request.JobId : $"job-{RandomNumberGenerator.GetHexString(10, lowercase: true)}";
        if (specification.Checkpoint.Uri.Length == 0)
        {
            specification = specification with
            {
                Checkpoint = specification.Checkpoint with { Uri = Path.GetFullPath(Path.Combine(options.Results, id)) },
            };
        }

        var (isTaken, existing) = await store.CreateAsync(
            new(id, JobSpecificationJson.Write(specification), request.DisplayName.Length > 0 ? request.DisplayName : id,
                clock.GetUtcNow().ToUnixTimeMilliseconds(), specification.Train.Shards, specification.Checkpoint.StopAfterStep,
                specification.Workers.Min, specification.Workers.Max, specification.Workers.Priority),
            request.RequestId);
        CrashPoint.Reach("coordinator.admitted");
        if (isTaken)
        {
            throw RpcErrors.IdTaken(existing);
        }

        if (span is not null)
        {
            span.SetTag(TelemetryAttributes.JobId, existing);
            await store.SetFieldsAsync(existing, null, "", (JobSpans.ContextField, span.Id!));
        }

        return await reader.ReadAsync(existing) ?? throw RpcErrors.NoSuchJob(existing);
    }

    private static JobSpecification Resolve(CreateTrainingJobRequest request)
    {
        if (request.JobId.Length > 0 && !IdPattern().IsMatch(request.JobId))
        {
            throw RpcErrors.Invalid("job_id", $"job_id is '{request.JobId}'; use 1 to 63 of a-z, 0-9 and '-', beginning with a letter.");
        }

        var specification = JobSpecificationMapping.FromWire(request.Spec ?? new());
        var violations = JobSpecificationValidator.Validate(specification);
        return violations.Count == 0 ? specification : throw RpcErrors.Invalid(violations);
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IdPattern();
}
