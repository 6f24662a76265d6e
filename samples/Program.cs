using LightlyCluster.Samples;

return args is ["submit-and-follow", ..] ? await SubmitAndFollow.RunAsync(args) : SampleCommand.Run(args, Console.Out, Console.Error);
