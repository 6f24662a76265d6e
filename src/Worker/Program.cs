using LightlyCluster.Worker.Hosting;

return args is [TaskHost.Word, .. var task] ? await TaskHost.RunAsync(task) : await WorkerHost.RunAsync(args);
