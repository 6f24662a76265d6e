using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Fleet.Stores;

/// <summary>Jobs in META: their facts, their life, and the rows that people read.</summary>
public interface IJobStore
{
    /// <summary>Listens for hints about a job.</summary>
    Task<IJobEvents> SubscribeAsync(string job);

    /// <summary>Admits a job once.</summary>
    /// <param name="job">The job.</param>
    /// <param name="requestId">Identifies the request; a repeat gets the first answer, also after a restart of everything.</param>
    Task<CreateAnswer> CreateAsync(NewJob job, string requestId);

    /// <summary>Reads a job; null when there is none.</summary>
    Task<JobRecord?> ReadAsync(string job);

    /// <summary>Reads what changes in a running job; null when there is none.</summary>
    Task<JobHead?> ReadHeadAsync(string job);

    /// <summary>Identifiers of jobs in order of creation, from <paramref name="skip"/> on.</summary>
    Task<IReadOnlyList<string>> ListAsync(int skip, int count);

    /// <summary>Identifiers of jobs in order of creation, behind a job that may be gone by now; jobs that come or go in between shift nothing.</summary>
    /// <param name="created">When that job was created, milliseconds since 1970.</param>
    /// <param name="id">That job; empty: from the beginning.</param>
    /// <param name="count">How many at most.</param>
    Task<IReadOnlyList<string>> ListAfterAsync(long created, string id, int count);

    /// <summary>Fixes what the first prepared worker found out about a job.</summary>
    /// <returns>Null when it is accepted or agrees with the first worker's, otherwise what differs.</returns>
    Task<string?> InitializeAsync(string job, JobInitialization facts);

    /// <summary>Begins a new membership generation.</summary>
    /// <returns>The generation and the running step; null when the caller's view is of the past.</returns>
    Task<(long Generation, long Step)?> BumpGenerationAsync(string job, GenerationChange change);

    /// <summary>Moves a job to another state if it is in one of <paramref name="from"/>.</summary>
    /// <returns>Whether it moved.</returns>
    Task<bool> ChangeStateAsync(string job, StateChange change, IReadOnlyList<JobState> from, params (string Field, string Value)[] fields);

    /// <summary>Makes a coordinator's term known to a job; nothing of an earlier leader is accepted any more.</summary>
    /// <returns>False when the job has seen a later term, or is gone.</returns>
    Task<bool> ClaimAsync(string job, long term);

    /// <summary>Does what a client asks of a job, once for a request id.</summary>
    Task<ControlOutcome> ControlAsync(string job, JobControl control);

    /// <summary>Stores facts about a job, fenced by generation and membership where they are given.</summary>
    /// <returns>Whether they were stored.</returns>
    Task<bool> SetFieldsAsync(string job, long? generation, string incarnation, params (string Field, string Value)[] fields);

    /// <summary>Metric rows (JSON) from an index on.</summary>
    Task<IReadOnlyList<string>> ReadMetricsAsync(string job, long start, int count);

    /// <summary>The steps that the log says are committed, in its order.</summary>
    Task<IReadOnlyList<long>> ReadCommittedStepsAsync(string job);

    /// <summary>Everybody who took part, with a row (JSON) each.</summary>
    Task<IReadOnlyDictionary<string, string>> ReadHistoryAsync(string job);

    /// <summary>Writes the row of somebody who takes part.</summary>
    Task WriteHistoryAsync(string job, string incarnation, string row);

    /// <summary>Rows (JSON) of lost incarnations, in order.</summary>
    Task<IReadOnlyList<string>> ReadRecoveriesAsync(string job);

    /// <summary>Completes the row of a lost incarnation.</summary>
    Task WriteRecoveryAsync(string job, long index, string row);

    /// <summary>Appends a line for people; the newest 2,000 are kept, and each keeps its number. A job that is gone gets none.</summary>
    Task AppendLineAsync(string job, string line);

    /// <summary>Lines for people from number <paramref name="start"/> (from 0) on, or from the oldest one that is left.</summary>
    Task<LinePage> ReadLinesAsync(string job, long start, int count);

    /// <summary>Notes files that do not decode, at most 100.</summary>
    Task AddBadFilesAsync(string job, IEnumerable<string> names);

    /// <summary>Files that do not decode, in ordinal order.</summary>
    Task<IReadOnlyList<string>> ReadBadFilesAsync(string job);

    /// <summary>Leaves nothing of an ended job but its record, and gives that a life span.</summary>
    Task CleanUpAsync(string job, long lastStep);
}
