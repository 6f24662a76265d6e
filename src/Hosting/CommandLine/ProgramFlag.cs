namespace LightlyCluster.Hosting.CommandLine;

/// <summary>A flag of a program, and the setting that it stands for.</summary>
/// <param name="Name">As it is written: <c>--meta</c>.</param>
/// <param name="Setting">Section and key: <c>Coordinator:Meta</c>, which as an environment variable is <c>Coordinator__Meta</c>.</param>
/// <param name="Help">What it is for, with its default.</param>
/// <param name="IsSwitch">Whether it may stand alone, which means true.</param>
public sealed record ProgramFlag(string Name, string Setting, string Help, bool IsSwitch = false);
