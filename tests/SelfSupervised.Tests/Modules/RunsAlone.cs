namespace LightlyCluster.SelfSupervised.Tests.Modules;

/// <summary>Tests that disturb the whole process: others use TorchSharp's implicit scalars, which garbage collections may take away.</summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public sealed class RunsAlone;
