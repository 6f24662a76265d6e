using Google.Protobuf;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Protocol;

/// <summary>The resolved specification as JSON, as the store keeps it.</summary>
public static class JobSpecificationJson
{
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>Writes every value, with the keys of a job file.</summary>
    public static string Write(JobSpecification specification) =>
        JsonFormatter.Default.Format(JobSpecificationMapping.ToWire(specification));

    /// <summary>Reads what <see cref="Write"/> wrote, also by a later version: unknown keys are left out.</summary>
    /// <exception cref="InvalidProtocolBufferException">The text is no specification.</exception>
    public static JobSpecification Read(string json) =>
        JobSpecificationMapping.FromWire(Parser.Parse<TrainingJobSpec>(json));
}
