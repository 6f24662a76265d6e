namespace LightlyCluster.Fleet.Jobs;

/// <summary>A number that a job file may set.</summary>
/// <param name="Name">Its key, in camelCase.</param>
/// <param name="Default">Its value where the file says nothing.</param>
/// <param name="Minimum">Smallest allowed value.</param>
/// <param name="Maximum">Largest allowed value.</param>
/// <param name="IsInteger">Only whole numbers are allowed.</param>
/// <param name="IsBoolean">A switch: 0 and 1, or false and true.</param>
/// <param name="Description">What it does, in one sentence.</param>
public sealed record ParameterDefinition(
    string Name,
    double Default,
    double Minimum,
    double Maximum,
    bool IsInteger,
    bool IsBoolean,
    string Description)
{
    /// <summary>The allowed values, for people.</summary>
    public string Allowed => this switch
    {
        { IsBoolean: true } => "true or false",
        { IsInteger: true } => $"a whole number from {Minimum:0} to {Maximum:0}",
        _ => $"a number from {Minimum:R} to {Maximum:R}",
    };

    /// <summary>True where the value is within the range and of the right kind.</summary>
    public bool Allows(double value) =>
        value >= Minimum && value <= Maximum && (!(IsInteger || IsBoolean) || value == Math.Floor(value));

    internal static ParameterDefinition Number(string name, double standard, double minimum, double maximum, string description) =>
        new(name, standard, minimum, maximum, false, false, description);

    internal static ParameterDefinition Integer(string name, int standard, int minimum, int maximum, string description) =>
        new(name, standard, minimum, maximum, true, false, description);

    internal static ParameterDefinition Switch(string name, bool standard, string description) =>
        new(name, standard ? 1 : 0, 0, 1, true, true, description);
}
