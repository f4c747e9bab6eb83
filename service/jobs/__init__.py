"""Jobs: work that continues after the response, run by Celery workers; rows are stored one by one.

job_service, job_request, sweep_request, grid, trial_request
                                   submission: what a job is asked to compute
job, rows                          a job's state; the computation of a row
job_response, results, events      responses: state, rows, server-sent events
store/                             jobs and rows in SQLite or Redis
broker/                            Celery's application and the queue in a folder
worker/                            worker processes, their children, recovery of lost rows
register, metrics                  connection to the Flask application and to monitoring
"""
