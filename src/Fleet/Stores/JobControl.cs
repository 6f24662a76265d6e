namespace LightlyCluster.Fleet.Stores;

/// <summary>A client's wish.</summary>
/// <param name="Verb">What is asked.</param>
/// <param name="RequestId">Identifies the request; empty when the client gives none, and a repeat then acts again.</param>
/// <param name="NowMilliseconds">Milliseconds since 1970, for records only.</param>
/// <param name="Reason">Word for programs, of a cancelled job.</param>
/// <param name="Message">Sentence for people, of a cancelled job.</param>
/// <param name="Etag">The etag that the job must have; empty: any.</param>
/// <param name="Tenant">Whose job it must be; empty: anybody's.</param>
public sealed record JobControl(
    ControlVerb Verb, string RequestId, long NowMilliseconds, string Reason = "", string Message = "", string Etag = "", string Tenant = "");
