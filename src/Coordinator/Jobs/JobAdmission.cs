using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using LightlyCluster.Coordinator.Endpoints;
using LightlyCluster.Coordinator.Security;
using LightlyCluster.Fleet.Access;
using LightlyCluster.Coordinator.Telemetry;
using LightlyCluster.Fleet.Faults;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Observability.Names;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Jobs;

/// <summary>Checks and admits jobs.</summary>
internal sealed partial class JobAdmission(IJobStore store, JobReader reader, JobPathRules paths, TimeProvider clock)
{
    /// <summary>Admits a job once; a repeated request gets the same job.</summary>
    public async Task<TrainingJob> CreateAsync(CreateTrainingJobRequest request, Caller caller)
    {
        using var span = JobSpans.Create();
        var specification = Resolve(request, caller);
        if (request.ValidateOnly)
        {
            return new() { Id = request.JobId, DisplayName = request.DisplayName, Spec = JobSpecificationMapping.ToWire(specification) };
        }

        if (request.RequestId.Length is 0 or > RequestLimits.RequestIdMaximum)
        {
            throw RpcErrors.Invalid("request_id", "request_id is empty or longer than 128 characters; send a new UUID with each new request.");
        }

        var id = request.JobId.Length > 0 ? request.JobId : $"job-{RandomNumberGenerator.GetHexString(10, lowercase: true)}";
        if (specification.Checkpoint.Uri.Length == 0)
        {
            specification = specification with
            {
                Checkpoint = specification.Checkpoint with { Uri = Path.Combine(paths.ResultsOf(caller.Tenant), id) },
            };
        }

        var answer = await store.CreateAsync(
            new(id, JobSpecificationJson.Write(specification), request.DisplayName.Length > 0 ? request.DisplayName : id,
                clock.GetUtcNow().ToUnixTimeMilliseconds(), specification.Train.Shards, specification.Checkpoint.StopAfterStep,
                specification.Workers.Min, specification.Workers.Max, specification.Workers.Priority, caller.Tenant, caller.Quota),
            RequestLimits.ScopedId(caller.Tenant, request.RequestId));
        CrashPoint.Reach("coordinator.admitted");
        return answer.Outcome switch
        {
            CreateOutcome.Taken => throw RpcErrors.IdTaken(id),
            CreateOutcome.TooManyJobs => throw RpcErrors.TooManyJobs(caller.Tenant, caller.Quota.Jobs),
            CreateOutcome.TooManySubmits => throw RpcErrors.TooManySubmits(caller.Tenant, caller.Quota.Submits),
            _ => await AdmittedAsync(answer.Id, span),
        };
    }

    private async Task<TrainingJob> AdmittedAsync(string id, Activity? span)
    {
        if (span is not null)
        {
            span.SetTag(TelemetryAttributes.JobId, id);
            await store.SetFieldsAsync(id, null, "", (JobSpans.ContextField, span.Id!));
        }

        return await reader.ReadAsync(id) ?? throw RpcErrors.NoSuchJob(id);
    }

    private JobSpecification Resolve(CreateTrainingJobRequest request, Caller caller)
    {
        if (request.JobId.Length > 0 && !IdPattern().IsMatch(request.JobId))
        {
            throw RpcErrors.Invalid("job_id", $"job_id is '{RequestLimits.Shown(request.JobId)}'; use 1 to 63 of a-z, 0-9 and '-', beginning with a letter.");
        }

        if (RequestLimits.Check(request) is { Count: > 0 } tooLong)
        {
            throw RpcErrors.Invalid(tooLong);
        }

        var specification = JobSpecificationMapping.FromWire(request.Spec ?? new());
        FieldViolation[] violations =
        [
            .. JobSpecificationValidator.Validate(specification),
            .. paths.GuardOf(caller.Tenant).Check(specification),
            .. CheckWorkers(specification.Workers, caller),
        ];
        return violations.Length == 0 ? specification : throw RpcErrors.Invalid(violations);
    }

    private static IEnumerable<FieldViolation> CheckWorkers(WorkersSpecification workers, Caller caller)
    {
        var (most, asked) = (caller.Quota.Workers, Math.Max(workers.Min, workers.Max));
        if (most > 0 && (asked > most || workers.Max == 0))
        {
            yield return new("workers.max", $"{workers.Max}",
                $"workers.max is {(workers.Max == 0 ? "not given" : $"{asked}")}; a job of the tenant '{caller.Tenant}' may have 1 to {most} workers (--set workers.max={most})");
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IdPattern();
}
