using LightlyCluster.Fleet.Access;
using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Worker.Steps;

/// <summary>A job that this worker was given.</summary>
/// <param name="Id">Identifier of the job.</param>
/// <param name="Specification">The resolved specification.</param>
/// <param name="Worker">Stable name of this worker.</param>
/// <param name="Incarnation">This incarnation.</param>
/// <param name="NumericClass">This worker's numeric class.</param>
/// <param name="ImageCacheBytes">Limit of decoded images that are kept.</param>
/// <param name="PluginFolder">Where methods of users are; empty: nowhere.</param>
/// <param name="Paths">Where its files may be; null: anywhere.</param>
internal sealed record JobTicket(
    string Id, JobSpecification Specification, string Worker, string Incarnation, string NumericClass, long ImageCacheBytes, string PluginFolder = "",
    PathPolicy? Paths = null);
